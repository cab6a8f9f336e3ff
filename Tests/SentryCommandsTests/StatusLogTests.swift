import SentryControl
import Testing

@testable import SentryCommands

/// What `sentry status` says of the log and the places where it is written.
@Suite struct StatusLogTests {
  private func lines(_ log: LogReport) -> [Substring] {
    let document = DocumentReport(name: "/etc/x.plist", appliedTime: 7_200, ruleCount: 3, generation: 1)
    let reply = StatusReply(
      mode: "monitor", enabled: true, document: document, startTime: 0, time: 10_000, interfaces: [], generations: [],
      tables: [], verdicts: [:], lostEvents: 0, memoryBytes: nil, log: log)
    return StatusText(reply, style: Style(isOn: false)).text.split(separator: "\n")
      .filter { line in ["log", "unwritten", "suppressed", "trouble"].contains { line.hasPrefix($0 + " ") } }
  }

  @Test func aLogThatIsOnIsNotWorthALine() {
    #expect(lines(LogReport(enabled: true, unwritten: 0, entriesPerSecond: 20_000, suppressed: 0, places: [])) == [])
  }

  @Test func whatIsNotWrittenIsSaid() {
    let log = LogReport(enabled: false, unwritten: 1, entriesPerSecond: 20_000, suppressed: 12_345, places: [])
    #expect(
      lines(log) == [
        "log        off: what rules log is not written", "unwritten  1 log entry while the log was off",
        "suppressed 12,345 log entries beyond 20,000 a second of a rule",
      ])
  }

  @Test func eachPlaceIsThereAndItsTroubleBelow() {
    let places = [
      LogPlaceReport(place: "/var/log/s.log", form: "eve", written: 1_234, lost: 0),
      LogPlaceReport(place: "journal", form: nil, written: 1, lost: 2, problem: "Connection refused"),
    ]
    #expect(
      lines(LogReport(enabled: true, unwritten: 0, entriesPerSecond: nil, suppressed: 0, places: places)) == [
        "log to     /var/log/s.log (eve): 1,234 entries written, 0 missing",
        "log to     journal: 1 entry written, 2 missing", "trouble    journal: Connection refused",
      ])
  }
}
