import SentryEngine
import Testing

@Suite struct RuleLabelsTests {
  struct Label: Sendable, CustomTestStringConvertible {
    let testDescription: String, label: RuleLabel, triggeredBy: String
  }

  @Test(arguments: [
    Label(testDescription: "a rule", label: RuleLabel(number: "2.1", name: "telnet"), triggeredBy: "2.1 telnet"),
    Label(testDescription: "a rule without a name", label: RuleLabel(number: "2.1"), triggeredBy: "2.1"),
    Label(testDescription: "a check before the rules", label: .builtIn, triggeredBy: "rule 0"),
    Label(
      testDescription: "a rule with a long name",
      label: RuleLabel(number: "1", name: String(repeating: "x", count: 80)),
      triggeredBy: "1 " + String(repeating: "x", count: 45)),
    Label(testDescription: "a person", label: RuleLabel(note: "by hand"), triggeredBy: "by hand"),
    Label(testDescription: "a person who says 0", label: RuleLabel(note: "0"), triggeredBy: "0"),
    Label(
      testDescription: "a person who says much", label: RuleLabel(note: String(repeating: "é", count: 30)),
      triggeredBy: String(repeating: "é", count: 23)),
    Label(
      testDescription: "a person who sends line ends", label: RuleLabel(note: "a\r\nb\tc\u{2028}d\u{0}e"),
      triggeredBy: "a  b c d e"),
  ])
  func entryIsTriggeredBy(_ c: Label) { #expect(c.label.triggeredBy == c.triggeredBy) }

  @Test func equalLabelsShareANumber() {
    let book = RuleLabels()
    let number = book.number(of: RuleLabel(note: "me"))
    #expect(book.number(of: RuleLabel(note: "me")) == number)
    #expect(book.number(of: RuleLabel(number: "1", name: "me")) != number)
    #expect(book.label(number).triggeredBy == "me")
    #expect(book.label(99) == .builtIn)
  }
}
