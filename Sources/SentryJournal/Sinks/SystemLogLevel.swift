/// How much an entry matters, and to whom, as syslog and the journal number it (RFC 3164 §4.1.1).
enum SystemLogLevel: UInt8 {
  /// Packets were kept from going on, or somebody is told of them.
  case warning = 4
  /// Messages of the daemon.
  case notice = 5
  case informational = 6

  /// System daemons.
  static let facility: UInt8 = 3
  static let tag = "sentry"

  init(_ entry: LogEntry) {
    if entry.message != nil {
      self = .notice
    } else {
      self = entry.keepsPacket || LogAction.tellsSomebody(entry.action) ? .warning : .informational
    }
  }

  /// The number in angle brackets that begins a line.
  var priority: UInt8 { Self.facility * 8 + rawValue }
}
