import Foundation
import SentryJournal
import SentryTestSupport

/// Entries as the daemon hands them to places that write them.
enum SampleEntries {
  /// 2024-05-06 07:08:09 UTC, as date(1) reckons it.
  static let start = 1_714_979_289.0
  static let place = LogPlace(timeZone: .gmt, hostName: "gw", now: start + 86_400)

  /// A packet to a port of its own.
  static func packet(_ number: Int = 0, rule: String = "2.1.5.1 telnet probe", parameter: String = "") throws
    -> LogEntry
  {
    var entry = try JSONDecoder().decode(
      LogEntry.self,
      from: Data(
        """
        {"time":1714979289,"action":"packet dropped","rule":"","source":"203.0.113.9:\(1_024 + number)",\
        "destination":"192.0.2.10:23","protocol":"TCP","byteCount":60,"direction":"in","interface":"eth0","parameter":""}
        """.utf8))
    (entry.rule, entry.parameter) = (rule, parameter)
    return entry
  }

  static func packets(_ count: Int) throws -> [LogEntry] { try (0..<count).map { try packet($0) } }

  static let message = LogEntry(time: .init(seconds: 1_714_979_289), message: "firewall on")

  /// What a file holds, read line by line.
  static func read(_ path: String) throws -> [LogReader.Reading] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { LogReader(place).read($0) }
  }

  /// What `old` files and the file itself hold, the oldest first.
  static func readAll(_ path: String, old: Int) throws -> [LogReader.Reading] {
    try (1...old).reversed().flatMap { try read("\(path).\($0)") } + read(path)
  }
}
