internal import Algorithms
public import Foundation
internal import SentryDiagnostics
internal import SentryPropertyList

/// The classic program's property-list log, format 0 (docs/Classic.md, "Property-list log"): one record, one line, with a comma behind
/// it, so that a whole file in parentheses is an array.
///
///     { time = "2024-05-06 07:08:09"; action = "packet dropped"; rule = "2.1.5.1 telnet probe"; source = 203.0.113.9:40001; … },
///
/// What an ICMP type means is not written: it follows from the type. Messages stand under `statusInfo`, with `rule` where they are about
/// one; under `text` they are read as well. `dryRun`, `observed`, `triggerPrevented` and `triggerWithheld` are ours, written where they are so.
public struct PropertyListLogFormat: LogFormat {
  private let clock: LocalTime

  public init(timeZone: TimeZone = .current) { clock = LocalTime(timeZone: timeZone) }

  private enum Key {
    static let time = "time"
    static let action = "action"
    static let subAction = "subAction"
    static let rule = "rule"
    static let source = "source"
    static let destination = "destination"
    static let proto = "protocol"
    static let byteCount = "byteCount"
    static let direction = "direction"
    static let interface = "interface"
    static let parameter = "parameter"
    static let dryRun = "dryRun"
    static let triggerPrevented = "triggerPrevented"
    static let triggerWithheld = "triggerWithheld"
    static let observed = "observed"
    static let statusInfo = "statusInfo"
    static let text = "text"
  }

  // MARK: Writing

  public func line(_ entry: LogEntry) -> String? {
    var record = Record()
    record.add(Key.time, quoted: clock.text(secondsSince1970: entry.time))
    if let message = entry.message {
      record.add(Key.statusInfo, quoted: message)
      record.add(Key.rule, quoted: entry.rule.isEmpty ? nil : entry.rule)
      return record.line
    }
    record.add(Key.action, quoted: entry.action)
    record.add(Key.subAction, quoted: entry.subAction)
    record.add(Key.rule, quoted: entry.rule)
    record.add(Key.source, entry.source)
    record.add(Key.destination, entry.destination)
    record.add(Key.proto, entry.protocol)
    record.add(Key.byteCount, entry.byteCount.map { String($0) })
    record.add(Key.direction, entry.direction)
    record.add(Key.interface, entry.interface)
    record.add(Key.parameter, quoted: entry.parameter)
    record.add(Key.dryRun, entry.dryRun == true ? "1" : nil)
    record.add(Key.triggerPrevented, entry.triggerPrevented == true ? "1" : nil)
    record.add(Key.triggerWithheld, entry.triggerWithheld)
    record.add(Key.observed, entry.observed == true ? "1" : nil)
    return record.line
  }

  private struct Record {
    private static let printer = PropertyListPrinter()
    private var text = "{"

    var line: String { text + " }," }

    mutating func add(_ key: String, quoted value: String?) {
      guard let value else { return }
      text += " \(key) = \(Self.printer.quoted(value));"
    }

    /// Without quotes where the value needs none.
    mutating func add(_ key: String, _ value: String?) {
      guard let value else { return }
      let isWord = !value.isEmpty && value.utf8.allSatisfy(Self.isOfWord)
      text += " \(key) = \(isWord ? value : Self.printer.quoted(value));"
    }

    /// What the classic program leaves bare: addresses with ports, names, numbers.
    private static func isOfWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"):
        true
      default:
        false
      }
    }
  }

  // MARK: Reading

  public func entry(_ line: Substring) -> LogEntry? {
    let record = line.trimmingSuffix { $0.isWhitespace || $0 == "," }
    let reading = PropertyList.read(Array(record.utf8), fileName: "")
    guard let root = reading.document?.root, root.kind == .dictionary,
      !reading.diagnostics.contains(where: { $0.severity == .error })
    else { return nil }
    func text(_ key: String) -> String? { root[key]?.text }
    guard let time = text(Key.time).flatMap({ clock.secondsSince1970($0) }) else { return nil }
    if let message = text(Key.statusInfo) ?? text(Key.text) {
      var entry = LogEntry(time: time, message: message)
      entry.rule = text(Key.rule) ?? ""
      return entry
    }
    guard let action = text(Key.action), let rule = text(Key.rule) else { return nil }
    var entry = LogEntry(
      time: time, action: action, subAction: text(Key.subAction), rule: rule, parameter: text(Key.parameter) ?? "")
    (entry.source, entry.destination) = (text(Key.source), text(Key.destination))
    if let proto = text(Key.proto).map({ LogProtocol($0[...]) }) {
      (entry.protocol, entry.protocolDetail) = (proto.text, proto.detail)
    }
    entry.byteCount = text(Key.byteCount).flatMap { UInt32($0) }
    (entry.direction, entry.interface) = (text(Key.direction), text(Key.interface))
    entry.dryRun = text(Key.dryRun) == "1" ? true : nil
    entry.triggerPrevented = text(Key.triggerPrevented) == "1" ? true : nil
    entry.triggerWithheld = text(Key.triggerWithheld)
    entry.observed = text(Key.observed) == "1" ? true : nil
    return entry
  }
}
