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
public struct TextLogFormat: Sendable {
  private let clock: LocalTime

  public init(timeZone: TimeZone = .current) { clock = LocalTime(timeZone: timeZone) }

  /// The entry's line, without a line end.
  public func line(_ entry: LogEntry) -> String {
    let time = clock.text(secondsSince1970: entry.time)
    if let message = entry.message { return Self.printable("\(time)  \(message)") }
    let subAction = entry.subAction.map { " (\($0))" } ?? ""
    let packet = Self.packetText(entry)
    return Self.printable(
      "\(time)  \(Self.remark(entry))\(entry.action)\(subAction) \(entry.rule)  \(packet)  \(entry.parameter)")
  }

  private static func remark(_ entry: LogEntry) -> String {
    var remark = entry.dryRun == true ? "dry run: " : ""
    if entry.observed == true { remark += "observed: " }
    if entry.triggerPrevented == true { remark += "protected, not triggered: " }
    switch entry.triggerWithheld {
    case "limit": remark += "too many, not triggered: "
    case .some: remark += "unproven, not triggered: "
    case nil: break
    }
    return remark
  }

  /// `PROTO SRC -> DST DIR via IF N bytes`; empty for an entry without addresses.
  private static func packetText(_ entry: LogEntry) -> String {
    guard let source = entry.source, let destination = entry.destination, let proto = entry.protocol else { return "" }
    let detail = entry.protocolDetail.map { " (\($0))" } ?? ""
    return "\(proto)\(detail) \(source) -> \(destination) \(entry.direction ?? "in") via \(entry.interface ?? "?")"
      + " \(entry.byteCount ?? 0) bytes"
  }

  private static func printable(_ line: String) -> String {
    guard line.unicodeScalars.contains(where: \.isControl) else { return line }
    return String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isControl ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  /// C0, DEL, C1, and the separators that some programs take for line ends.
  fileprivate var isControl: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
  }
}
