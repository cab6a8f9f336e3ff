import Testing

@testable import SentryDiagnostics

@Test(
  arguments: [
    (0, "0 rules"), (1, "1 rule"), (2, "2 rules"), (999, "999 rules"), (1000, "1,000 rules"),
    (1_234_567, "1,234,567 rules"),
  ])
func nounsAreCounted(number: Int, text: String) {
  #expect(counted(number, "rule") == text)
}

@Test func pluralsMayBeIrregular() {
  #expect(counted(2, "match", plural: "matches") == "2 matches")
  #expect(counted(1, "match", plural: "matches") == "1 match")
}
