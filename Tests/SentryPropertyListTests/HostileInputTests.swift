import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList

/// What holds for any bytes: no trap, findings inside the text, a tree that prints back and whose ranges nest.
private func checkInvariants(_ bytes: [UInt8]) {
  let reading = PropertyList.read(bytes, fileName: "hostile")
  #expect(reading.diagnostics.count <= Parser.findingLimit * 2 + 1)
  let text = 0..<reading.source.bytes.count + 1
  for finding in reading.diagnostics {
    #expect(text.lowerBound <= finding.range.lowerBound && finding.range.upperBound <= text.upperBound)
    #expect(!finding.rendered(in: reading.source).isEmpty)
  }
  #expect(reading.document != nil || reading.diagnostics.hasErrors)
  guard let syntax = reading.document?.syntax else { return }
  #expect(syntax.printed == reading.source.bytes)
  checkNesting(of: syntax.root)
}

private func checkNesting(of root: SyntaxNode) {
  var open = [root]
  while let node = open.popLast() {
    for child in node.children {
      #expect(node.range.lowerBound <= child.range.lowerBound && child.range.upperBound <= node.range.upperBound)
      _ = (child.text, child.data, child.openingComment, child.leadingTrivia)
      open.append(child)
    }
  }
}

@Test(arguments: 0..<200 as Range<UInt64>)
func randomBytesNeverTrap(seed: UInt64) {
  var random = SplitMix64(state: seed)
  let count = Int.random(in: 0...300, using: &random)
  checkInvariants((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
}

@Test(arguments: 0..<300 as Range<UInt64>)
func randomPiecesNeverTrap(seed: UInt64) {
  let pieces = [
    "{", "}", "(", ")", "=", ";", ",", "\"", "'", "<", ">", "<00>", "/*", "*/", "//", "/", "\n", " ", "a",
    "key = value;",
    "\"text\"", "\\", "\\U", "\\Ud83d", "\u{E9}", "“", "@", "->", "\u{0}", "\t", "\u{2028}", "\u{FEFF}", "\r\n",
  ]
  var random = SplitMix64(state: seed)
  let count = Int.random(in: 0...120, using: &random)
  checkInvariants((0..<count).flatMap { _ in Array((pieces.randomElement(using: &random) ?? "").utf8) })
}

@Test(arguments: [
  "{", "}", "(", ")", "\"", "'", "<", ">", ";", "=", ",", "a", "/*", "/* ", "//", "\\", "\"\\\"", "\"\\\";", "a=", "a;",
  "{a=",
  "{a=(", "(\n", "\n", " ", "@", "\u{E9}", "“", "<0", "<0 ", "'\n", "\"\n", "a = \"b;\n", "/ ", "* ", "(a,", "{a=b;};",
  "\u{0}",
  "/a ", "{}", "()", "{a;a;}", "\u{A0}", "a'", "\"a\"b ",
])
func repeatedPiecesNeverTrap(piece: String) {
  let text = String(repeating: piece, count: 20_000 / piece.utf8.count)
  checkInvariants(Array(text.utf8))
}

@Test func nestingUpToTheLimitIsRead() {
  let text = String(repeating: "(", count: 512) + String(repeating: ")", count: 512)
  #expect(read(text).diagnostics == [])
  var depth = 0
  var node = read(text).document?.root
  while let inner = node {
    depth += 1
    node = inner.elements.first { _ in true }
  }
  #expect(depth == 512)
}

@Test func theDeepestDocumentCanBeCopiedAndPrinted() throws {
  let text = String(repeating: "(", count: 512) + String(repeating: ")", count: 512)
  let value = try #require(read(text).document).root.value
  let printed = PropertyListPrinter().print(value)
  #expect(try #require(read(printed).document).root.value == value)
}

@Test(arguments: ["(", "{a=", "{a=("])
func nestingBeyondTheLimitIsOneFindingAtThePlace(piece: String) {
  let reading = read(String(repeating: piece, count: 100_000))
  #expect(reading.diagnostics.map(\.id) == [.nestingTooDeep])
  let opened = reading.source.bytes[..<(reading.diagnostics.first?.range.lowerBound ?? 0)].count {
    $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "{")
  }
  #expect(opened == 512)
  #expect(reading.document == nil)
}

@Test func findingsEndWithANoteAtTheLimit() {
  let reading = read("{" + String(repeating: "a = \"\\q\";\n", count: 1000) + "}")
  #expect(reading.diagnostics.count == Parser.findingLimit + 1)
  #expect(reading.diagnostics.last?.id == .tooManyFindings)
  #expect(reading.document == nil)
}
