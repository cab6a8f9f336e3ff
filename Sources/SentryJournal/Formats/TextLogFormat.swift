internal import Algorithms
public import Foundation

/// The classic program's text log, format 1 (docs/Classic.md, "Text log"): one entry, one line.
///
///     2024-05-06 07:08:09  packet dropped 2.1.5.1 telnet probe  TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via eth0 60 bytes
///
/// Time, two blanks, remarks, action, sub-action in parentheses if there is one, rule, two blanks, the packet (nothing without one),
/// two blanks, the rule's parameter. The remarks are `dry run: ` if no action is carried out, `observed: ` if that of this rule is
/// not, and one if the source was to enter table trigger and did not: `protected, not triggered: `, `unproven, not triggered: ` or `too
/// many, not triggered: `. Control characters from rule names and parameters become blanks, so that an entry
/// never spans two lines or steers a terminal.
public struct TextLogFormat: LogFormat {
  private let clock: LocalTime

  private static let dryRunRemark = "dry run: "
  private static let observedRemark = "observed: "
  private static let protectedRemark = "protected, not triggered: "
  /// By `LogEntry.triggerWithheld`.
  private static let withheldRemarks = [
    (reason: "unproven", text: "unproven, not triggered: "), (reason: "limit", text: "too many, not triggered: "),
  ]

  public init(timeZone: TimeZone = .current) { clock = LocalTime(timeZone: timeZone) }

  /// The entry's line, without a line end.
  public func line(_ entry: LogEntry) -> String? {
    "\(clock.text(secondsSince1970: entry.time))  \(Self.account(of: entry))"
  }

  /// What stands behind the time.
  static func account(of entry: LogEntry) -> String {
    if let message = entry.message { return message.printable }
    let subAction = entry.subAction.map { " (\($0))" } ?? ""
    let packet = packetText(entry)
    return "\(remarks(entry))\(entry.action)\(subAction) \(entry.rule)  \(packet)  \(entry.parameter)".printable
  }

  private static func remarks(_ entry: LogEntry) -> String {
    (entry.dryRun == true ? dryRunRemark : "") + (entry.observed == true ? observedRemark : "")
      + (entry.triggerPrevented == true ? protectedRemark : "")
      + (withheldRemarks.first { $0.reason == entry.triggerWithheld }?.text ?? "")
  }

  /// `PROTO SRC -> DST DIR via IF N bytes`; empty for an entry without addresses.
  private static func packetText(_ entry: LogEntry) -> String {
    guard let source = entry.source, let destination = entry.destination, let proto = entry.protocol else { return "" }
    let detail = entry.protocolDetail.map { " (\($0))" } ?? ""
    return "\(proto)\(detail) \(source) -> \(destination) \(entry.direction ?? "in") via \(entry.interface ?? "?")"
      + " \(entry.byteCount ?? 0) bytes"
  }

  // MARK: Reading

  /// A line that names no action is a message. Blanks that an editor has cut off at the end are not missed.
  public func entry(_ line: Substring) -> LogEntry? {
    var scanner = LineScanner(line)
    guard let stamp = scanner.take(count: LocalTime.length), let time = clock.secondsSince1970(stamp),
      scanner.take("  ")
    else { return nil }
    return entry(account: Substring(scanner.rest), time: time)
  }

  /// The entry whose time has been read.
  func entry(account: Substring, time: Double) -> LogEntry {
    var scanner = LineScanner(account)
    let message = LogEntry(time: time, message: scanner.text)
    let isDryRun = scanner.take(Self.dryRunRemark)
    let isObserved = scanner.take(Self.observedRemark)
    let isPrevented = scanner.take(Self.protectedRemark)
    let withheld = Self.withheldRemarks.first { scanner.take($0.text) }?.reason
    guard let action = LogAction.names.first(where: { scanner.take($0) }), scanner.take(" ") else { return message }
    let subAction = scanner.take("(") ? scanner.take(upTo: ") ").map(String.init) : nil
    var entry = LogEntry(time: time, action: action, subAction: subAction, rule: "")
    entry.dryRun = isDryRun ? true : nil
    entry.observed = isObserved ? true : nil
    entry.triggerPrevented = isPrevented ? true : nil
    entry.triggerWithheld = withheld
    Self.readPacket(scanner.text, &entry)
    return entry
  }

  /// Reads `RULE  PACKET  PARAMETER`. Rules and parameters may hold any text: the packet is the first that reads as one.
  private static func readPacket(_ text: String, _ entry: inout LogEntry) {
    var scanner = LineScanner(text[...])
    var rule = ""
    while let part = scanner.take(upTo: "  ") {
      rule += part
      var packet = scanner
      if packet.takePacket(&entry) {
        (entry.rule, entry.parameter) = (rule, packet.text)
        return
      }
      rule += "  "
    }
    guard let gap = text.firstRange(of: "    ") else {
      entry.rule = String(text.trimmingSuffix { $0 == " " })
      return
    }
    (entry.rule, entry.parameter) = (String(text[..<gap.lowerBound]), String(text[gap.upperBound...]))
  }
}

extension LineScanner {
  /// Takes `PROTO SRC -> DST DIR via IF N bytes` and the blanks after it. What is taken is lost if it is none.
  fileprivate mutating func takePacket(_ entry: inout LogEntry) -> Bool {
    guard let name = takeWord(), take(" ") else { return false }
    if take("("), take(upTo: ") ") == nil { return false }
    guard let source = takeWord(), LogEndpoint(source) != nil, take(" -> "), let destination = takeWord(),
      LogEndpoint(destination) != nil, let direction = take(" in via ") ? "in" : take(" out via ") ? "out" : nil,
      let interface = takeWord(), take(" "), let byteCount = takeWord().flatMap({ UInt32($0) }), take(" bytes")
    else { return false }
    guard isAtEnd || take(" ") else { return false }
    _ = take(" ")
    let proto = LogProtocol(name)
    (entry.protocol, entry.protocolDetail) = (proto.text, proto.detail)
    (entry.source, entry.destination) = (String(source), String(destination))
    (entry.direction, entry.interface, entry.byteCount) = (direction, String(interface), byteCount)
    return true
  }
}
