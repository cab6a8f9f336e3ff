/// Where a log goes and in which form, as `--log` has it: `WHERE[:FORM]`.
///
///     /var/log/sentry.log        a file, in the form text
///     /var/log/eve.json:eve      a file in another form
///     stdout:json                standard output
///     syslog                     the system's log, through /dev/log
///     syslog:/run/rsyslog/dev/log:ipfw
///     journal                    systemd's journal
public struct LogDestination: Sendable, Equatable {
  public enum Place: Sendable, Equatable {
    /// A path with a slash in it.
    case file(String)
    case standardOutput
    /// The path of a datagram socket.
    case syslog(String)
    case journal(String)
  }

  public var place: Place
  /// Of no meaning for the journal, which has fields.
  public var form: LogFormatName

  public static let syslogSocket = "/dev/log"
  public static let journalSocket = "/run/systemd/journal/socket"

  public init(_ place: Place, form: LogFormatName = .text) {
    self.place = place
    self.form = form
  }

  /// Reads `WHERE[:FORM]`.
  ///
  /// - Throws: `LogDestinationError`, which says what is wrong.
  public init(_ text: String) throws(LogDestinationError) {
    let (place, form) = Self.split(text)
    self.form = form ?? .text
    switch place {
    case "stdout": self.place = .standardOutput
    case "syslog": self.place = .syslog(Self.syslogSocket)
    case "journal": self.place = .journal(Self.journalSocket)
    case _ where place.hasPrefix("syslog:"): self.place = .syslog(try Self.socket(place.dropFirst("syslog:".count)))
    case _ where place.hasPrefix("journal:"): self.place = .journal(try Self.socket(place.dropFirst("journal:".count)))
    default: self.place = .file(try Self.file(place))
    }
    if case .journal = self.place, form != nil { throw .journalHasNoForms }
  }

  /// Only the name of a form behind the last colon is one.
  private static func split(_ text: String) -> (place: Substring, form: LogFormatName?) {
    guard let colon = text.lastIndex(of: ":"),
      let form = LogFormatName(rawValue: String(text[colon...].dropFirst()))
    else { return (text[...], nil) }
    return (text[..<colon], form)
  }

  private static func file(_ text: Substring) throws(LogDestinationError) -> String {
    let name = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if let colon = name.lastIndex(of: ":") { throw .unknownForm(String(name[colon...].dropFirst())) }
    guard text.contains("/") else { throw .unknownPlace(String(text)) }
    guard !name.isEmpty, name != ".", name != ".." else { throw .directory(String(text)) }
    return String(text)
  }

  private static func socket(_ text: Substring) throws(LogDestinationError) -> String {
    guard text.contains("/") else { throw .unknownForm(String(text)) }
    guard text.utf8.count <= DatagramSocket.longestPath else { throw .longPath(String(text)) }
    return String(text)
  }
}

extension LogDestination: CustomStringConvertible {
  /// For people: `/var/log/sentry.log`, `standard output`, `syslog`, `syslog at /run/log`.
  public var description: String {
    switch place {
    case .file(let path): path
    case .standardOutput: "standard output"
    case .syslog(let path): path == Self.syslogSocket ? "syslog" : "syslog at \(path)"
    case .journal(let path): path == Self.journalSocket ? "journal" : "journal at \(path)"
    }
  }

  /// `nil` for the journal, which has fields.
  public var formName: String? {
    if case .journal = place { return nil }
    return form.rawValue
  }
}

extension LogDestination {
  /// For the thread that writes.
  ///
  /// - Parameter host: whose clock, calendar and name entries go by.
  public func sink(_ host: LogPlace, rotation: LogRotation) -> any LogSink {
    switch place {
    case .file(let path):
      FileSink(path: path, format: form.format(host), rotation: rotation, timeZone: host.timeZone)
    case .standardOutput: StandardOutputSink(form.format(host))
    case .syslog(let path): SyslogSink(path: path, form: form, host)
    case .journal(let path): JournalSink(path: path)
    }
  }
}

/// Why a text names no place for a log.
public enum LogDestinationError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownPlace(String)
  case unknownForm(String)
  case directory(String)
  case longPath(String)
  case journalHasNoForms

  public var description: String {
    switch self {
    case .unknownPlace(let text):
      "'\(text)' is no place for a log; expected stdout, syslog, journal, or a file with its path, such as ./\(text)"
    case .unknownForm(let text):
      "'\(text)' is no form of the log; expected \(LogFormatName.allCases.map(\.rawValue).joined(separator: ", "))"
    case .directory(let text): "'\(text)' is a directory; name a file in it"
    case .longPath(let text):
      "'\(text)' is too long for the path of a socket; expected up to \(DatagramSocket.longestPath) bytes"
    case .journalHasNoForms: "the journal has fields of its own; leave the form out"
    }
  }
}
