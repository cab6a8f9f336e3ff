import SentryTestSupport
import Testing

@testable import SentryDiagnostics

struct LocationCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let offset: Int
  let line: Int
  let column: Int
}

@Test(arguments: [
  LocationCase(testDescription: "the start of the text", text: "ab\ncd", offset: 0, line: 1, column: 1),
  LocationCase(testDescription: "the line end belongs to its line", text: "ab\ncd", offset: 2, line: 1, column: 3),
  LocationCase(testDescription: "the start of the second line", text: "ab\ncd", offset: 3, line: 2, column: 1),
  LocationCase(testDescription: "the end of the text", text: "ab\ncd", offset: 5, line: 2, column: 3),
  LocationCase(testDescription: "after a line end at the end", text: "ab\n", offset: 3, line: 2, column: 1),
  LocationCase(testDescription: "beyond the end counts as the end", text: "ab", offset: 99, line: 1, column: 3),
  LocationCase(testDescription: "before the start counts as the start", text: "ab", offset: -1, line: 1, column: 1),
  LocationCase(testDescription: "CR LF is one line end", text: "a\r\nb", offset: 3, line: 2, column: 1),
  LocationCase(testDescription: "CR alone is a line end", text: "a\rb", offset: 2, line: 2, column: 1),
  LocationCase(testDescription: "a character of two bytes is one column", text: "éx", offset: 2, line: 1, column: 2),
  LocationCase(testDescription: "a character of four bytes is one column", text: "😀x", offset: 4, line: 1, column: 2),
  LocationCase(testDescription: "a tab is one column", text: "\tx", offset: 1, line: 1, column: 2),
  LocationCase(testDescription: "a byte order mark is no column", text: "\u{FEFF}x", offset: 3, line: 1, column: 1),
  LocationCase(testDescription: "an empty text has a place", text: "", offset: 0, line: 1, column: 1),
])
func locations(_ c: LocationCase) {
  let source = SourceText(fileName: "x", bytes: Array(c.text.utf8))
  #expect(source.location(of: c.offset) == SourceText.Location(line: c.line, column: c.column))
}

@Test(arguments: [
  ("", [""]),
  ("a", ["a"]),
  ("a\n", ["a", ""]),
  ("a\r\nbc\rd", ["a", "bc", "d"]),
  ("\u{FEFF}a\n\nb", ["a", "", "b"]),
])
func lines(text: String, expected: [String]) {
  let source = SourceText(fileName: "x", bytes: Array(text.utf8))
  let lines = (1...source.lineCount).map { String(decoding: source.bytes[source.range(ofLine: $0)], as: UTF8.self) }
  #expect(lines == expected)
}

@Test func everyOffsetHasAPlaceInAnyBytes() {
  let bytes: [UInt8] = [0xFF, 0x0A, 0x80, 0xE2, 0x0D, 0x0A, 0xF0]
  let source = SourceText(fileName: "x", bytes: bytes)
  for offset in 0...bytes.count {
    let location = source.location(of: offset)
    #expect((1...source.lineCount).contains(location.line) && location.column >= 1)
  }
}

/// Counted anew from the start of the text for each place.
@Test(arguments: 0..<20 as Range<UInt64>)
func placesInLongTextsAreThoseCountedByHand(seed: UInt64) {
  var random = SplitMix64(state: seed)
  let pieces = ["\n", "\r\n", "\r", "é", "😀", String(repeating: "x", count: 700), "a", "b"]
  let weight = Int.random(in: 0...6, using: &random)
  let text = (0..<Int.random(in: 1...60, using: &random)).map { _ in
    pieces[Int.random(in: weight..<pieces.count, using: &random)]
  }.joined()
  let source = SourceText(fileName: "x", bytes: Array(text.utf8))
  var (line, column, offset) = (1, 1, 0)
  let scalars = Array(text.unicodeScalars)
  for (index, scalar) in scalars.enumerated() {
    #expect(source.location(of: offset) == SourceText.Location(line: line, column: column))
    #expect(source.range(ofLine: line).contains(offset) || scalar == "\n" || scalar == "\r")
    offset += UTF8.width(scalar)
    column += 1
    if scalar == "\n" || scalar == "\r" && scalars.dropFirst(index + 1).first != "\n" { (line, column) = (line + 1, 1) }
  }
  #expect(source.lineCount == line)
  #expect(source.location(of: offset) == SourceText.Location(line: line, column: column))
}
