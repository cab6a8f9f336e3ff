import Testing

@testable import SentryDiagnostics

private func rendered(_ text: String, _ range: Range<Int>, hint: String? = nil) -> String {
  let finding = Diagnostic(.unknownProperty, at: .init(range: range), "no such property", hint: hint)
  return finding.rendered(in: SourceText(fileName: "gateway.plist", bytes: Array(text.utf8)))
}

@Test func theFormOfAFinding() {
  let text = "{\n    propertyName = \"Dest prot\";\n}\n"
  let finding = Diagnostic(
    .unknownProperty, at: .init(range: 21..<32), "no property is called 'Dest prot'", hint: "did you mean 'Dest port'?")
  #expect(
    finding.rendered(in: SourceText(fileName: "gateway.plist", bytes: Array(text.utf8))) == """
      gateway.plist:2:20: error: no property is called 'Dest prot' [unknownProperty]
          propertyName = "Dest prot";
                         ^~~~~~~~~~~ did you mean 'Dest port'?
      """)
}

@Test func aPlaceWithoutText() {
  let finding = Diagnostic(
    .unknownProperty, .warning, at: .init(path: "rules[2].children[0]"), "no such property", hint: "a hint")
  #expect(
    finding.rendered(in: SourceText(fileName: "a.plist", bytes: [])) == """
      a.plist: at rules[2].children[0]: warning: no such property [unknownProperty]
          a hint
      """)
}

struct CaretCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let range: Range<Int>
  /// The source line and the line under it.
  let lines: [String]
}

@Test(arguments: [
  CaretCase(testDescription: "a spot is one caret", text: "ab", range: 1..<1, lines: ["ab", " ^"]),
  CaretCase(testDescription: "one character is one caret", text: "ab", range: 1..<2, lines: ["ab", " ^"]),
  CaretCase(testDescription: "the end of the text", text: "ab", range: 2..<2, lines: ["ab", "  ^"]),
  CaretCase(testDescription: "a tab before stays a tab", text: "\tab", range: 2..<3, lines: ["\tab", "\t ^"]),
  CaretCase(testDescription: "wide characters take two columns", text: "日本x", range: 6..<7, lines: ["日本x", "    ^"]),
  CaretCase(testDescription: "wide characters are marked whole", text: "日本", range: 0..<6, lines: ["日本", "^~~~"]),
  CaretCase(
    testDescription: "combining characters take none", text: "e\u{301}x", range: 3..<4, lines: ["e\u{301}x", " ^"]),
  CaretCase(
    testDescription: "more than a line is marked to its end", text: "ab\ncd", range: 1..<5, lines: ["ab", " ^"]),
  CaretCase(testDescription: "an empty line", text: "\n", range: 0..<0, lines: ["", "^"]),
  CaretCase(
    testDescription: "control characters are shown, not sent", text: "\u{1B}[31mx", range: 5..<6,
    lines: ["␛[31mx", "     ^"]),
  CaretCase(
    testDescription: "text cannot be reordered", text: "\u{202E}ab", range: 3..<4, lines: ["\\U202eab", "      ^"]),
  CaretCase(
    testDescription: "nothing is there that nobody sees", text: "a\u{200B}\u{FEFF}b", range: 7..<8,
    lines: ["a\\U200b\\Ufeffb", "             ^"]),
  CaretCase(
    testDescription: "blanks that are none are shown", text: "a\u{A0}\u{3000}\u{202F}b", range: 9..<10,
    lines: ["a\\U00a0\\U3000\\U202fb", "                   ^"]),
  CaretCase(
    testDescription: "characters without a shape are shown", text: "a\u{FE0F}b\u{34F}\u{3164}c", range: 10..<11,
    lines: ["a\\Ufe0fb\\U034f\\U3164c", "                    ^"]),
  CaretCase(
    testDescription: "variation selectors belong to the spelling", text: "\u{2764}\u{FE0F}x", range: 6..<7,
    lines: ["\u{2764}\u{FE0F}x", " ^"]),
  CaretCase(
    testDescription: "joiners belong to the spelling", text: "\u{0646}\u{200C}x", range: 5..<6,
    lines: ["\u{0646}\u{200C}x", " ^"]),
])
func carets(_ c: CaretCase) {
  let lines = rendered(c.text, c.range).split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
  #expect(lines.map(String.init) == c.lines)
}

@Test func aVeryLongLineIsCutAroundTheCaret() throws {
  let text = String(repeating: "a", count: 5000) + "X" + String(repeating: "b", count: 5000)
  let lines = rendered(text, 5000..<5001).split(separator: "\n").map(String.init)
  #expect(lines.count == 3)
  #expect(lines[1].hasPrefix("…a") && lines[1].hasSuffix("b…") && lines[1].count < 250)
  let caret = try #require(lines[2].firstIndex(of: "^"))
  let column = lines[2].distance(from: lines[2].startIndex, to: caret)
  #expect(Array(lines[1])[column] == "X")
}

@Test func invalidBytesAreShownAsReplacements() {
  let finding = Diagnostic(.invalidEncoding, at: .init(range: 1..<2), "not UTF-8")
  let text = finding.rendered(in: SourceText(fileName: "x", bytes: [0x61, 0xFF, 0x62]))
  #expect(text.hasSuffix("a\u{FFFD}b\n ^"))
}

@Test func colorsOnlyOnRequest() {
  let finding = Diagnostic(.unknownProperty, at: .init(range: 0..<1), "no such property")
  let source = SourceText(fileName: "x", bytes: [0x61])
  #expect(!finding.rendered(in: source).contains("\u{1B}"))
  let colored = finding.rendered(in: source, usesColor: true)
  #expect(colored.contains("\u{1B}[1;31merror:\u{1B}[0m"))
  #expect(colored.contains("\u{1B}[1;32m^\u{1B}[0m"))
}

@Test(arguments: [-5..<(-2), 0..<1000, 900..<1000] as [Range<Int>])
func aRangeOutsideTheTextIsHarmless(range: Range<Int>) {
  #expect(rendered("ab", range).hasPrefix("gateway.plist:1:"))
}
