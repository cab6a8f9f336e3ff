import SentryPropertyList
import SentryTestSupport
import Testing

@Suite struct WellFormednessTests {
  @Test(
    arguments: [
      ("{ a = b; c; d = ( 1, 2, ); e = <00>; } // end", true), ("()", true), ("word", true), ("", false),
      ("( a", false), ("{ a = b }", false), ("{ a = b; } x", false), ("( \"a )", false), ("( a ) /* ", false),
      ("( a b )", false), ("( <= )", false),
      (String(repeating: "(", count: 513) + String(repeating: ")", count: 513), false),
    ])
  func texts(_ text: String, _ isWellFormed: Bool) {
    #expect(PropertyList.isWellFormed(text: Array(text.utf8)) == isWellFormed)
  }

  /// What is well-formed reads without a finding about its structure, however it was damaged.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func readingAgrees(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var text = Array("{ a = ( b, { c = \"d e\"; /* f */ g = <0a>; } ); // h\n i = 'j'; }".utf8)
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
    }
    if PropertyList.isWellFormed(text: text) {
      let findings = PropertyList.read(text, fileName: "x").diagnostics
      let allowed: Set = ["badEscape", "duplicateKey", "badHexDigits", "unterminatedData", "commentInComment"]
      #expect(findings.allSatisfy { allowed.contains($0.id.rawValue) }, "\(findings)")
    }
  }
}
