/// Reads the lines of one log in their order. A line of the system's log that says the one before it came again counts for that one, as
/// often as it says.
public struct LogLines: Sendable {
  private struct Latest {
    let tag: String
    /// `nil` if that line was no entry.
    let entry: LogEntry?
  }

  /// So many hosts are told apart; a log of more begins anew with them.
  private static let hostsKept = 1_024

  private let reader: LogReader
  private var latest: [String: Latest] = [:]
  /// Of whatever host.
  private var previous: Latest?

  public init(_ reader: LogReader = LogReader()) { self.reader = reader }

  /// - Parameter line: without its line end.
  /// - Returns: what it says, and how often.
  public mutating func read(_ line: Substring) -> (reading: LogReader.Reading, times: UInt64) {
    let head = SystemLogHead(line)
    let before = if let host = head.host { latest[host] } else { previous }
    if let times = head.repetitions(of: before?.tag ?? "") {
      guard let entry = before?.entry else { return (.other, 1) }
      return (.entry(entry), times)
    }
    let reading = reader.read(line)
    if case .entry(let entry) = reading {
      remember(Latest(tag: head.tag, entry: entry), of: head.host)
    } else {
      remember(Latest(tag: head.tag, entry: nil), of: head.host)
    }
    return (reading, 1)
  }

  private mutating func remember(_ line: Latest, of host: String?) {
    previous = line
    guard let host else { return }
    if latest.count >= Self.hostsKept { latest.removeAll() }
    latest[host] = line
  }
}

/// What stands behind the time in a line of the system's log: `gw sentry[411]: …`.
private struct SystemLogHead {
  /// `nil` where the line names none.
  let host: String?
  /// The program with its number and a colon; empty where the line names none.
  let tag: String
  private let text: LineScanner

  /// More often than this no line came again.
  private static let mostRepetitions: UInt64 = 1_000_000_000

  init(_ line: Substring) {
    var scanner = LineScanner(line)
    guard IPFWLogFormat.passStamp(&scanner), scanner.take(" ") else {
      (host, tag, text) = (nil, "", LineScanner(line))
      return
    }
    var rest = scanner
    // Where a host stands, some write the dashes that begin what they say of it.
    guard let name = rest.takeWord(), name != "---", rest.take(" ") else {
      (host, tag, text) = (nil, "", scanner)
      return
    }
    host = String(name)
    var behindTag = rest
    if let word = behindTag.takeWord(), word.last == ":", behindTag.take(" ") {
      (tag, text) = (String(word), behindTag)
    } else {
      (tag, text) = ("", rest)
    }
  }

  /// How often the line before came again, if this line tells of that: `last message repeated 5 times`, also between dashes (syslogd of
  /// BSD), or `message repeated 5 times: [ … ]` in the name of the program that has written the line before (rsyslog).
  ///
  /// - Parameter former: the tag of the line before.
  func repetitions(of former: String) -> UInt64? {
    var scanner = text
    _ = scanner.take("--- ")
    let isOfLogger = tag.isEmpty || tag.hasPrefix("syslogd") || tag.hasPrefix("rsyslogd")
    let isOfWriter = !tag.isEmpty && tag == former
    let isNote =
      isOfLogger && scanner.take("last message repeated ") || isOfWriter && scanner.take("message repeated ")
    guard isNote, let times = scanner.takeWord().flatMap({ UInt64($0) }), times <= Self.mostRepetitions,
      scanner.take(" time")
    else { return nil }
    return times
  }
}
