import SentryDiagnostics
import Testing

@Test(arguments: [
  ("nothing", "", ""),
  ("a few of each", "aabba", "a a b b a"),
  ("five of a kind", "aaaaa", "a a a a a"),
  ("six: the last is no longer than the line that counts it", "aaaaaa", "a a a a a a"),
  ("seven", "aaaaaaa", "a a a a a and 2 more like this [a]"),
  ("the count stands where the first is left out", "aaaaabacaa", "a a a a a b and 3 more like this [a] c"),
  ("two kinds", "aaaaaaaabbbbbbb", "a a a a a and 3 more like this [a] b b b b b and 2 more like this [b]"),
])
func digests(what: String, kinds: String, lines: String) {
  let findings = kinds.map { (kind: String($0), text: String($0)) }
  #expect(FindingDigest.lines(findings).joined(separator: " ") == lines, "\(what)")
}

@Test func findingsAreDigestedByTheirNames() {
  let source = SourceText(fileName: "x.plist", bytes: Array("0123456789".utf8))
  let findings = (0..<10).map { position in
    Diagnostic(.unknownKey, .note, at: Diagnostic.Place(range: position..<position + 1), "key \(position)")
  }
  let lines = findings.rendered(in: source)
  #expect(lines.count == 6)
  #expect(lines.first?.hasPrefix("x.plist:1:1: note: key 0 [unknownKey]") == true)
  #expect(lines.last == "and 5 more like this [unknownKey]")
}
