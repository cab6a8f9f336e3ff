import Foundation
import SentryJournal
import SentryTestSupport
import Testing

/// `log summary` of files.
@Suite struct LogSummaryCommandTests {
  /// As long as the texts of an entry can be, of nothing but what JSON escapes.
  private static func longEntry() throws -> LogEntry {
    let json = """
      {"time":1714979289,"action":"packet dropped","rule":"","source":"203.0.113.9:40001",\
      "destination":"192.0.2.10:23","protocol":"TCP","byteCount":60,"direction":"in","interface":"eth0","parameter":""}
      """
    var entry = try JSONDecoder().decode(LogEntry.self, from: Data(json.utf8))
    entry.rule = "2.1 " + String(repeating: "\u{1}", count: 2_043) + "x"
    entry.parameter = String(repeating: "\u{1}", count: 16_384)
    return entry
  }

  @Test func theLongestLinesOfAllFormsGiveTheSameTable() async throws {
    let folder = try TemporaryFolder()
    let entry = try Self.longEntry()
    var tables: [String] = []
    for form in LogFormatName.allCases {
      let line = try #require(form.format().line(entry))
      let path = try folder.write("\(form).log", "\(line)\n\(line)\n")
      let run = try await Program.sentry.run(["log", "summary", path])
      #expect(run.errors == "", "\(form)")
      tables.append(run.output)
    }
    #expect(Set(tables).count == 1)
    #expect(tables[0].contains("192.0.2.10:23"))
  }

  @Test func whatCameAgainIsCounted() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "system.log",
      """
      May  6 07:08:08 gw kernel: ipfw: 200 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via em0
      May  6 07:08:09 gw last message repeated 8 times

      """)
    let run = try await Program.sentry.run(["log", "summary", "--format", "json", path])
    #expect(run.output.contains(#/"packetsIn" ?: ?9\b/#), "\(run.output)\(run.errors)")
  }
}
