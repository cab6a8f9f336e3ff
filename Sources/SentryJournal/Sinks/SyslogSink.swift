internal import Glibc

/// Writes to the system's log as syslog(3) does: a datagram `<PRI>Mmm dd hh:mm:ss sentry[PID]: …` (RFC 3164 §4.1) without the
/// host's name, which its reader adds.
///
/// The facility is `daemon`; the severity is `warning` for packets that were kept from going on and for what somebody is told of,
/// `notice` for messages of the daemon, `info` for all else. What such a line begins with anyway is left out of forms `text` and `ipfw`.
final class SyslogSink: LogSink {
  private let sink: DatagramSink
  private let form: LogFormatName
  private let format: any LogFormat
  private let clock: SystemLogTime
  private let process = getpid()

  /// Bytes that readers take in as one line, by default (rsyslog's `maxMessageSize`); what is longer is cut.
  private static let longest = 8_192
  /// Bytes that stand before the form's line, at most.
  private static let longestHeader = 64

  init(path: String, form: LogFormatName, _ host: LogPlace) {
    sink = DatagramSink(path: path)
    self.form = form
    format = form.format(host)
    clock = SystemLogTime(timeZone: host.timeZone)
  }

  func write(_ entries: [LogEntry], now: Double) -> SinkOutcome { sink.write(entries, datagram) }

  func reopen() { sink.reopen() }

  private func datagram(_ entry: LogEntry) -> [UInt8]? {
    guard let account = account(of: entry) else { return nil }
    let header = "<\(SystemLogLevel(entry).priority)>\(clock.text(secondsSince1970: entry.time)) "
    return Array("\(header)\(SystemLogLevel.tag)[\(process)]: \(account)".cut(toBytes: Self.longest).utf8)
  }

  private func account(of entry: LogEntry) -> String? {
    switch form {
    case .text: TextLogFormat.account(of: entry)
    case .ipfw: IPFWLogFormat.account(of: entry)
    case .plist, .eve, .json: wholeLine(entry)
    }
  }

  /// The line of a form that would be damaged by a cut: where it is too long, the rule's parameter is cut instead.
  private func wholeLine(_ entry: LogEntry) -> String? {
    var entry = entry
    while let line = format.line(entry) {
      guard line.utf8.count > Self.longest - Self.longestHeader, !entry.parameter.isEmpty else { return line }
      entry.parameter = String(entry.parameter.cut(toBytes: entry.parameter.utf8.count / 2))
    }
    return nil
  }
}

extension String {
  /// Its first characters, as many as are no longer than `limit` bytes of UTF-8.
  func cut(toBytes limit: Int) -> Substring {
    guard utf8.count > limit else { return self[...] }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end > startIndex, String.Index(end, within: self) == nil { end = utf8.index(before: end) }
    return self[..<end]
  }
}
