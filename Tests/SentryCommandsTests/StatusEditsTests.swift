import SentryControl
import SentryJournal
import Testing

@testable import SentryCommands

@Suite struct StatusEditsTests {
  private func text(_ edits: EditsReport?) -> [Substring] {
    let document = DocumentReport(name: "/etc/x.plist", appliedTime: 7_200, ruleCount: 3, generation: 4, edits: edits)
    let reply = StatusReply(
      mode: "monitor", enabled: true, document: document, startTime: 0, time: 10_000, interfaces: [],
      generations: [GenerationReport(document: document, judged: 12)], tables: [], verdicts: [:], lostEvents: 0,
      memoryBytes: nil)
    return StatusText(reply, style: Style(isOn: false)).text.split(separator: "\n")
  }

  @Test func aDocumentAsItCameIsNamed() {
    let lines = text(nil)
    #expect(lines.contains { $0.hasPrefix("document   /etc/x.plist, 3 rules, applied ") })
    #expect(!lines.contains { $0.contains("edited") })
  }

  @Test func editsAreCountedAndTheLastOneTold() {
    let clock = LocalTime()
    let lines = text(EditsReport(count: 3, last: "rule 2.1.5 disabled", documentTime: 3_600))
    #expect(
      lines.contains(
        "document   /etc/x.plist, 3 rules, applied \(clock.text(secondsSince1970: 3_600))"[...]))
    #expect(
      lines.contains(
        "edited     3 times since, last at \(clock.text(secondsSince1970: 7_200)): rule 2.1.5 disabled"[...]))
    #expect(lines.contains { $0.hasPrefix("/etc/x.plist, edited 3 times  ") })
  }
}
