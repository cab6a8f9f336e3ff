import SentryDiagnostics
import Testing

@testable import SentryPropertyList

private func tree(_ text: String) throws -> SyntaxTree {
  let reading = read(text)
  #expect(reading.diagnostics == [])
  return try #require(reading.document?.syntax)
}

/// The part of the text a range covers.
private func text(_ range: Range<Int>?, of tree: SyntaxTree) -> String? {
  range.map { String(decoding: tree.source.bytes[$0], as: UTF8.self) }
}

@Test func tokensTileTheText() throws {
  let source = "\u{FEFF}// a note\r\n{ a /* b */ = \"c d\"; e = (<00 11>, f,); }\n// end\n"
  let tree = try tree(source)
  var offset = 0
  var words: [String] = []
  for token in tree.tokens {
    #expect(token.leadingTrivia.lowerBound == offset)
    #expect(token.leadingTrivia.upperBound == token.range.lowerBound)
    offset = token.range.upperBound
    words.append(text(token.range, of: tree) ?? "")
  }
  #expect(offset == source.utf8.count)
  #expect(
    words == ["{", "a", "=", "\"c d\"", ";", "e", "=", "(", "<00 11>", ",", "f", ",", ")", ";", "}", ""])
  #expect(tree.printed == Array(source.utf8))
}

@Test func everyNodeKnowsItsPlace() throws {
  let tree = try tree("{ /* 1 */ \"a b\" /* k */ = /* v */ ( x , 'y' ) ; c; }")
  let root = tree.root
  #expect(text(root.opening, of: tree) == "{")
  #expect(text(root.closing, of: tree) == "}")
  #expect(root.range == 0..<tree.source.bytes.count)
  let entries = root.entries
  #expect(entries.map { $0.key.text } == ["a b", "c"])
  let first = try #require(entries.first)
  #expect(text(first.range, of: tree) == "\"a b\" /* k */ = /* v */ ( x , 'y' ) ;")
  #expect(text(first.key.range, of: tree) == "\"a b\"")
  #expect(text(first.key.leadingTrivia, of: tree) == " /* 1 */ ")
  #expect(text(first.equals, of: tree) == "=")
  #expect(text(first.value.range, of: tree) == "( x , 'y' )")
  #expect(text(first.value.leadingTrivia, of: tree) == " /* v */ ")
  #expect(text(first.value.separator, of: tree) == ";")
  let elements = first.value.elements
  #expect(elements.map { text($0.range, of: tree) } == ["x", "'y'"])
  #expect(elements.map { text($0.separator, of: tree) } == [",", nil])
  #expect(elements.map { text($0.leadingTrivia, of: tree) } == [" ", " "])
  let short = try #require(entries.last)
  #expect(short.equals == nil)
  #expect(short.value.text == "c")
  #expect(text(short.range, of: tree) == "c;")
}

@Test func pairsWithoutBracesAreADictionary() throws {
  let tree = try tree("a = b;\n\"c d\" = e;\n")
  #expect(tree.root.kind == .dictionary)
  #expect(tree.root.opening == nil)
  #expect(tree.root.positionAfterOpening == nil)
  #expect(tree.root.entries.map { $0.key.text } == ["a", "c d"])
}

@Test(arguments: [
  ("{ /* 2.3 */ a = b; }", "/* 2.3 */"), ("{/*2.3*/}", "/*2.3*/"), ("{ // 2.3\n}", "// 2.3"), ("{\n/* 2.3 */ }", nil),
  ("{ a = /* 2.3 */ b; }", nil), ("{}", nil), ("( /* 2.3 */ )", "/* 2.3 */"), ("{ /* 2.3\n2.4 */ }", "/* 2.3\n2.4 */"),
])
func openingComments(source: String, comment: String?) throws {
  let tree = try tree(source)
  #expect(text(tree.root.openingComment, of: tree) == comment)
  #expect(tree.root.positionAfterOpening == 1)
}

@Test func nodesAreSmall() {
  #expect(MemoryLayout<SyntaxTree.Node>.stride <= 20)
}
