import Testing

@testable import SentryRules

@Test func aSingleLetterIsNoSlip() {
  #expect(nearestName(to: "5", in: ["4", "6"]) == nil)
  #expect(nearestName(to: "x", in: ["lo", "ef"]) == nil)
}

@Test(
  arguments: [
    ("Dest prot", "Dest port"),  // swapped
    ("Dest por", "Dest port"),  // missing
    ("Dest portt", "Dest port"),  // too many
    ("dest pert", "Dest port"),  // wrong, and in another case
    ("Protocoll", "Protocol"),
    ("Protcol", "Protocol"),
    ("IPFragmentOfset", "IPFragmentOffset"),
  ] as [(String, String)])
func slipsAreUnderstood(_ slip: String, _ meant: String) {
  #expect(nearestName(to: slip, in: NameTable.properties.names) == meant)
}

@Test(arguments: ["Weather", "", "x", String(repeating: "Dest port", count: 1000)])
func otherWordsAreNot(_ word: String) {
  #expect(nearestName(to: word, in: NameTable.properties.names) == nil)
}
