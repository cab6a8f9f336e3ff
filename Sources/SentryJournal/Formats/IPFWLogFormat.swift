internal import Foundation

/// The Unix system log's form of packets judged by ipfw (docs/Classic.md, "ipfw log"): what scripts for `system.log` read.
///
///     May 06 07:08:09 gw sentry: ipfw: 2.1.5.1 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via eth0
///
/// Says neither year, rule name, length nor parameter, and leaves messages out; a rule's entry without a packet ends behind the verb.
/// Reads the kernel's own lines too, whatever program they are said to come from, with the verbs of ipfw(8).
public struct IPFWLogFormat: LogFormat {
  private let hostName: String
  private let calendar: Calendar
  private let now: Double

  public init(_ place: LogPlace = LogPlace()) {
    hostName = place.hostName
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = place.timeZone
    self.calendar = calendar
    now = place.now
  }

  /// RFC 3164 §4.1.2.
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  // MARK: Writing

  public func line(_ entry: LogEntry) -> String? {
    Self.account(of: entry).map { "\(stamp(entry.time)) \(hostName) sentry: \($0)".printable }
  }

  /// What stands behind time, host and program: `ipfw: 2.1.5.1 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via eth0`.
  static func account(of entry: LogEntry) -> String? {
    guard entry.message == nil else { return nil }
    var words = ["ipfw:", String(entry.ruleNumber), entry.keepsPacket ? "Deny" : "Accept"]
    if let source = entry.source, let destination = entry.destination, let proto = entry.protocol {
      words += [proto, source, destination, entry.direction ?? "in", "via", entry.interface ?? "?"]
    } else {
      words.append("")
    }
    return words.joined(separator: " ").printable
  }

  private func stamp(_ seconds: Double) -> String {
    let date = Date(timeIntervalSince1970: LocalTime.bounded(seconds))
    let parts = calendar.dateComponents([.month, .day, .hour, .minute, .second], from: date)
    let numbers = [parts.day, parts.hour, parts.minute, parts.second].map { String(format: "%02d", $0 ?? 0) }
    return "\(Self.months[(parts.month ?? 1) - 1]) \(numbers[0]) \(numbers[1...].joined(separator: ":"))"
  }

  // MARK: Reading

  public func entry(_ line: Substring) -> LogEntry? {
    var scanner = LineScanner(line)
    guard let time = takeStamp(&scanner), Self.takeMark(&scanner), let rule = scanner.takeWord(),
      scanner.take(" "), let verb = scanner.takeWord()
    else { return nil }
    var entry = LogEntry(time: time, action: Self.action(of: verb), rule: String(rule))
    scanner.takeBlanks()
    guard !scanner.isAtEnd else { return Self.isVerb(verb) ? entry : nil }
    return takePacket(&scanner, &entry) ? entry : nil
  }

  /// `ipfw: `, or with the number of the process that has sent it to a syslog daemon: `ipfw[12]: `.
  private static func takeMark(_ scanner: inout LineScanner) -> Bool {
    while scanner.take(upTo: "ipfw") != nil {
      var rest = scanner
      if rest.take("[") {
        rest.takeDigits()
        guard rest.take("]") else { continue }
      }
      guard rest.take(": ") else { continue }
      scanner = rest
      return true
    }
    return false
  }

  /// Begins as lines of the system's log do.
  static func isOfSystemLog(_ line: Substring) -> Bool {
    var scanner = LineScanner(line)
    return takeDay(&scanner) != nil || LineScanner(line).startsWithInternetTime
  }

  /// Takes the time that a line of the system's log begins with, without reckoning when that was.
  static func passStamp(_ scanner: inout LineScanner) -> Bool {
    if scanner.takeInternetTime() != nil { return true }
    return takeDay(&scanner) != nil && scanner.take(" ") && scanner.takeWord() != nil
  }

  /// `May 06` or `May  6`.
  private static func takeDay(_ scanner: inout LineScanner) -> (month: Int, day: Int)? {
    guard let name = scanner.take(count: 3), let month = months.firstIndex(of: String(name)), scanner.take(" ") else {
      return nil
    }
    scanner.takeBlanks()
    guard let day = scanner.takeWord().flatMap({ Int($0) }), (1...31).contains(day) else { return nil }
    return (month + 1, day)
  }

  /// ipfw has written it, and not to say that it will be silent about a rule from now on.
  static func tellsOfPacket(_ line: Substring) -> Bool {
    var scanner = LineScanner(line)
    guard takeMark(&scanner) else { return false }
    return !scanner.take("limit ") && !scanner.take("logging ")
  }

  /// `PROTO SRC DST DIR via IF`. Some verbs have an argument, such as the port of `Divert`: it stands before the protocol. Behind the
  /// interface the kernel may tell of a fragment.
  private func takePacket(_ scanner: inout LineScanner, _ entry: inout LogEntry) -> Bool {
    var words: [Substring] = []
    while let word = scanner.takeWord() {
      words.append(word)
      scanner.takeBlanks()
    }
    guard let via = words.firstIndex(of: "via"), via >= 4, words.indices.contains(via + 1),
      let direction = ["in", "out"].first(where: { $0 == words[via - 1] }),
      LogEndpoint(words[via - 3]) != nil, LogEndpoint(words[via - 2]) != nil
    else { return false }
    let proto = LogProtocol(words[via - 4])
    (entry.protocol, entry.protocolDetail) = (
      proto.name == "P" ? Self.number(words[via - 4]) : proto.text, proto.detail
    )
    (entry.source, entry.destination) = (String(words[via - 3]), String(words[via - 2]))
    (entry.direction, entry.interface) = (direction, String(words[via + 1]))
    return true
  }

  /// The kernel writes `P:47` for a protocol without a name.
  private static func number(_ word: Substring) -> String { String(word.dropFirst(2)) }

  private static func isVerb(_ word: Substring) -> Bool { word == "Deny" || word == "Accept" }

  /// What the verbs of ipfw(8) do, in our words.
  private static func action(of verb: Substring) -> String {
    switch verb {
    case "Deny": "packet dropped"
    case "Reset", "Reject", "Unreach": "reject, packet dropped"
    case "Accept": "packet passed"
    default: "packet logged"
    }
  }

  /// `May 06 07:08:09` or `May  6 07:08:09`, in the last year before now that has such a day; or a moment as newer system logs have it.
  func takeStamp(_ scanner: inout LineScanner) -> Double? {
    if let time = scanner.takeInternetTime() { return time }
    guard let (month, day) = Self.takeDay(&scanner), scanner.take(" "),
      let clock = scanner.takeWord()?.split(separator: ":").map({ Int($0) ?? -1 }), clock.count == 3,
      (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
    else { return nil }
    // Tomorrow's entries come from a clock that is ahead.
    let latest = Date(timeIntervalSince1970: LocalTime.bounded(now) + 86_400)
    let thisYear = calendar.component(.year, from: latest)
    for year in stride(from: thisYear, through: thisYear - 8, by: -1) {
      var parts = DateComponents()
      (parts.year, parts.month, parts.day) = (year, month, day)
      (parts.hour, parts.minute, parts.second) = (clock[0], clock[1], clock[2])
      guard let date = calendar.date(from: parts), date <= latest, calendar.component(.day, from: date) == day else {
        continue
      }
      return date.timeIntervalSince1970
    }
    return nil
  }
}
