import SentryControl
import Testing

@testable import SentryCommands

@Suite struct LastTimeTests {
  /// A list has entered it, and no packet has come.
  @Test func whatWasNeverSeenHasNoTime() throws {
    func line(_ matches: UInt64, _ time: Int64) throws -> String {
      let entry = TableEntryReport(
        address: "192.0.2.1", matchCount: matches, lastTime: time, triggeredBy: "list bad", duration: nil)
      let reply = TableReply(table: "trigger", time: 1_800_000_000, entries: [entry])
      return try #require(Triggered.List.lines(of: reply, style: Style(isOn: false)).last)
    }
    #expect(
      try line(0, 0).split(separator: " ").map(String.init) == [
        "192.0.2.1", "trigger", "0", "list", "bad", "-", "-", "unlimited",
      ])
    #expect(try line(1, 1_799_999_990).contains("2027-"))
  }
}
