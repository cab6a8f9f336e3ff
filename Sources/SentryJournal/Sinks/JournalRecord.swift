internal import Algorithms
internal import SentryPacket

/// An entry as fields of systemd's journal, which `journalctl` searches: `journalctl SENTRY_SOURCE=203.0.113.9`.
///
/// A field is a line `NAME=value`; where the value has line feeds, it is the name alone on a line, the value's length as eight bytes,
/// the lowest first, the value, and a line feed ("Native Journal Protocol", systemd.io). The journal's export files are the same.
struct JournalRecord {
  private(set) var bytes: [UInt8] = []

  /// Bytes of a value, so that a record always is one datagram; what is longer is cut.
  private static let longestValue = 8_192

  init(_ entry: LogEntry) {
    let level = SystemLogLevel(entry)
    add("MESSAGE", String(TextLogFormat.account(of: entry).trimmingSuffix { $0 == " " }))
    add("PRIORITY", "\(level.rawValue)")
    add("SYSLOG_FACILITY", "\(SystemLogLevel.facility)")
    add("SYSLOG_IDENTIFIER", SystemLogLevel.tag)
    add("SENTRY_TIME", "\(entry.time)")
    if !entry.rule.isEmpty { addRule(entry) }
    guard entry.message == nil else { return }
    add("SENTRY_ACTION", entry.action)
    add("SENTRY_SUB_ACTION", entry.subAction)
    addPacket(entry)
    add("SENTRY_DRY_RUN", entry.dryRun == true ? "1" : nil)
    add("SENTRY_OBSERVED", entry.observed == true ? "1" : nil)
    add("SENTRY_TRIGGER_PREVENTED", entry.triggerPrevented == true ? "1" : nil)
    add("SENTRY_TRIGGER_WITHHELD", entry.triggerWithheld)
  }

  private mutating func addRule(_ entry: LogEntry) {
    add("SENTRY_RULE", String(entry.ruleNumber))
    add("SENTRY_RULE_NAME", entry.ruleName)
    add("SENTRY_PARAMETER", entry.parameter)
  }

  private mutating func addPacket(_ entry: LogEntry) {
    add("SENTRY_SOURCE", entry.sourceEndpoint?.address.description)
    add("SENTRY_SOURCE_PORT", entry.sourceEndpoint?.port.map { String($0) })
    add("SENTRY_DESTINATION", entry.destinationEndpoint?.address.description)
    add("SENTRY_DESTINATION_PORT", entry.destinationEndpoint?.port.map { String($0) })
    add("SENTRY_PROTOCOL", entry.protocol)
    add("SENTRY_BYTES", entry.byteCount.map { String($0) })
    add("SENTRY_DIRECTION", entry.direction)
    add("SENTRY_INTERFACE", entry.interface)
  }

  /// Empty values say nothing.
  private mutating func add(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    let text = value.cut(toBytes: Self.longestValue).utf8
    bytes += name.utf8
    if text.contains(UInt8(ascii: "\n")) {
      bytes.append(UInt8(ascii: "\n"))
      let length = UInt64(text.count)
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    } else {
      bytes.append(UInt8(ascii: "="))
    }
    bytes += text
    bytes.append(UInt8(ascii: "\n"))
  }
}

extension LogEntry {
  /// What stands behind the rule's number; of the checks before the rules, the reason.
  fileprivate var ruleName: String {
    let builtIn = "rule = 0 "
    return String(rule.hasPrefix(builtIn) ? rule.dropFirst(builtIn.count) : rule.dropFirst(ruleNumber.count + 1))
  }
}
