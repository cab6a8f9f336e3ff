import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList

/// Texts both readers must read alike.
@Test(arguments: [
  "{}", "()", "(a)", "(a,)", "(a, b)", "{ a = b; }", "{a=b;}", "{ a; }", "{ \"a b\"; }", "a = b;", "a = b; c = d;",
  "a;",
  "\"a b\" = c;", "a", "\"a b\"", "'a'", "<0fbd77 1c2735ae>", "{ a = <>; }", "{ a = < 00\n11 >; }", "{ a = b//c\n; }",
  "{ a = /x/y; }", "{ a = b /* c */; /* d */ }", "{ a = b; // c\n }", "{ a = b; } // c", "{ a = \"//\"; }",
  "{ a = \"/*\"; }",
  "{ a = \"x\ny\"; }", "{ a = 'it\"s'; }", "{ a = \"it's\"; }", #"{ a = 'it\'s'; }"#, #"{ a = "\a\b\f\n\r\t\v\"\\"; }"#,
  "{ a = \"x\\\ny\"; }", #"{ a = "\0\7\07\101\1011"; }"#, #"{ a = "\U00e9\U41\UE9g"; }"#, #"{ a = "\Ud83d\Ude00"; }"#,
  "{ a = \"é\"; }", "\u{FEFF}{ a = b; }", "{\u{B}a\u{C}=\u{2028}b;\u{2029}}",
  "{ a = $x; b = _y; c = -1; d = 1.5; e = a:b; }",
  "{ a = { b = ( { c = d; }, ( ), { } ); }; }", "{ a = \"\"; }", "{ \"\" = a; }", "\r\n{\r\n\ta = b;\r\n}\r\n",
  "{ nodeNumber = \"2.3\"; nodeName = \"promiscuous resets\"; children = ( { property = 14; } ); }",
])
func bothReadTheSame(text: String) throws {
  let reading = read(text)
  #expect(reading.diagnostics == [])
  let ours = try #require(reading.document?.root.value.sortedByKey)
  #expect(ours == FoundationOracle.read(text))
}

@Test func everyOctalEscapeReadsAsFoundationReadsIt() throws {
  for byte in 0..<0o376 {
    let text = "{ a = \"\\" + String(byte, radix: 8) + "\"; }"
    #expect(try #require(read(text).document).root.value == FoundationOracle.read(text), "\(text)")
  }
}

/// A document with every liberty the text form gives, made at random.
private struct DocumentWriter {
  var random: SplitMix64
  var text = ""

  init(seed: UInt64) {
    random = SplitMix64(state: seed)
    writeBlank()
    writeValue(depth: 0)
    writeBlank()
  }

  mutating func writeValue(depth: Int) {
    switch Int.random(in: 0..<(depth < 5 ? 8 : 4), using: &random) {
    case 0: writeData()
    case 1...3: writeText()
    case 4, 5: writeArray(depth: depth)
    default: writeDictionary(depth: depth)
    }
  }

  mutating func writeArray(depth: Int) {
    text += "("
    let count = Int.random(in: 0...4, using: &random)
    for index in 0..<count {
      writeBlank()
      writeValue(depth: depth + 1)
      writeBlank()
      if index + 1 < count || Bool.random(using: &random) { text += "," }
    }
    writeBlank()
    text += ")"
  }

  mutating func writeDictionary(depth: Int) {
    text += "{"
    for index in 0..<Int.random(in: 0...5, using: &random) {
      writeBlank()
      if Bool.random(using: &random) { text += "key\(index)" } else { text += "\"key \(index)\"" }
      if Int.random(in: 0..<6, using: &random) > 0 {
        writeBlank()
        text += "="
        writeBlank()
        writeValue(depth: depth + 1)
      }
      writeBlank()
      text += ";"
    }
    writeBlank()
    text += "}"
  }

  mutating func writeText() {
    let words = ["Trigger", "2.3.1", "/usr/lib", "a-b:c", "_x$", "14", "0"]
    guard Bool.random(using: &random) else { return text += words.randomElement(using: &random) ?? "x" }
    let pieces = [
      "a", " ", "é", "😀", "\\n", "\\\"", "\\'", "\\\\", "\\341", "\\7", "\\U00e9", "\\Ud83d\\Ude00", "\\\n", "\n", "/*",
      "//",
      ";", "=", "{", ")", ",", "\t", "\\t",
    ]
    let quote = Bool.random(using: &random) ? "\"" : "'"
    text += quote
    for _ in 0..<Int.random(in: 0...8, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
    text += quote
  }

  mutating func writeData() {
    text += "<"
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let digits = "0123456789abcdefABCDEF"
      for _ in 0..<2 { text += String(digits.randomElement(using: &random) ?? "0") }
      if Bool.random(using: &random) { text += [" ", "\n", "  "].randomElement(using: &random) ?? "" }
    }
    text += ">"
  }

  /// At least one blank, so that words and comments stay apart.
  mutating func writeBlank() {
    let blanks = [" ", "\n", "\t", "\r\n", "  ", " /* note; */ ", " // note {\n", " /**/ ", "\u{2028}"]
    text += blanks.randomElement(using: &random) ?? " "
  }
}

@Test(arguments: 0..<300 as Range<UInt64>)
func generatedDocumentsReadAsFoundationReadsThem(seed: UInt64) throws {
  let text = DocumentWriter(seed: seed).text
  let reading = read(text)
  #expect(reading.diagnostics == [], "\(text)")
  let document = try #require(reading.document)
  #expect(document.root.value.sortedByKey == FoundationOracle.read(text), "\(text)")
  #expect(document.syntax?.printed == Array(text.utf8))
}

extension Scanner {
  fileprivate var firstTokenKind: Token.Kind {
    var copy = self
    return copy.next().kind
  }
}

/// What Foundation reads we read, and alike, unless one of the known differences speaks against it.
@Test(arguments: 0..<400 as Range<UInt64>)
func damagedDocumentsAreNeverRefusedWithoutReason(seed: UInt64) {
  var random = SplitMix64(state: seed &+ 1_000_000)
  var characters = Array(DocumentWriter(seed: seed).text)
  for _ in 0..<Int.random(in: 1...3, using: &random) where !characters.isEmpty {
    let index = characters.indices.randomElement(using: &random) ?? 0
    switch Int.random(in: 0..<3, using: &random) {
    case 0: characters.remove(at: index)
    case 1: characters.insert("{}();,=\"'<>/*a \n".randomElement(using: &random) ?? " ", at: index)
    default: characters.swapAt(index, characters.indices.randomElement(using: &random) ?? 0)
    }
  }
  let text = String(characters)
  let reading = read(text)
  // It logs each missing semicolon, so it is not asked about texts that lack one; nor about pairs without braces, where
  // it stops at the first thing that is no key.
  let knownDifferences: Set<Diagnostic.ID> = [
    .emptyDocument, .duplicateKey, .badEscape, .loneSurrogate, .unterminatedComment, .missingSemicolon,
  ]
  let begin = Scanner(Array(text.utf8)).firstTokenKind
  guard knownDifferences.isDisjoint(with: reading.diagnostics.map(\.id)),
    begin == .openBrace || begin == .openParenthesis
  else { return }
  let expected = FoundationOracle.read(text)
  if reading.diagnostics.hasErrors {
    #expect(expected == nil, "\(reading.diagnostics) in \(text)")
  } else if let expected {
    #expect(reading.document?.root.value.sortedByKey == expected, "\(text)")
  }
}
