import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList

// MARK: One mistake, one finding

@Test func missingSeparators() {
  expectDocument("{ a = 1«» b = 2; }", .missingSemicolon)
  expectDocument("{ a = 1;\n  b = 2«»\n}", .missingSemicolon)
  expectDocument("{\n  a = 1«»\n  b = 2;\n}", .missingSemicolon)
  expectDocument("{ a = { b = c; }«» d = e; }", .missingSemicolon)
  expectDocument("{ a = \"x\"«» \"b c\" = d; }", .missingSemicolon)
  expectDocument("{ a = 1«,» b = 2; }", .missingSemicolon)
  expectDocument("{ a«» 1; b = 2; }", .missingEquals)
  expectDocument("{ a«» (1, 2); b = 2; }", .missingEquals)
  expectDocument("{ a «:» 1; b = 2; }", .missingEquals)
  expectDocument("(a, b«» c)", .missingComma)
  expectDocument("( {a = 1;}«»\n {b = 2;} )", .missingComma)
  expectDocument("( \"x, y\"«» \"z, w\" )", .missingComma)
  expectDocument("(a«;» b, c)", .missingComma)
}

@Test func missingParts() {
  expectDocument("{ a =«»; b = 2; }", .expectedValue)
  expectDocument("{ a = 1; b«» }", .expectedValue)
  expectDocument("{ a =«» }", .expectedValue)
  expectDocument("{\n  a =\n  «b» = 2;\n}", .expectedValue)
  expectDocument("{ «=» 1; b = 2; }", .missingKey)
  expectDocument("{ a = 1; «{» c = d; }; e = f; }", .missingKey)
}

@Test func missingClosingBrackets() {
  expectDocument("( { a = 1;«», { b = 2; } )", .missingClosingBracket)
  expectDocument("( { a = 1;«» )", .missingClosingBracket)
  expectDocument("{ a = ( 1, 2«»; b = 3; }", .missingClosingBracket)
  expectDocument("{ a = ( 1, 2,«»; b = 3; }", .missingClosingBracket)
  expectDocument("{ a = { b = c;«»\n; d = e; }", .missingClosingBracket)
  expectDocument("{ a = 1;«»", .missingClosingBracket)
  expectDocument("( ( ( a«»", .missingClosingBracket)
  expectDocument("{\n  a = (\n    1«»\n  b = 2;\n}", .missingClosingBracket)
}

@Test func missingOpeningBrackets() {
  expectDocument("( «a» = 1; b = 2; }, { c = 3; } )", .missingOpeningBracket)
  expectDocument("{ rules = «{» a = 1; }, { b = 2; } ); c = d; }", .missingOpeningBracket)
  expectDocument("{ settings = «l»ocal = ( a, b ); c = d; }; e = f; }", .missingOpeningBracket)
  expectDocument("«{» a = 1; }, { b = 2; } )", .missingOpeningBracket)
  expectDocument("«a» = 1; b = 2; }", .missingOpeningBracket)
}

@Test func bracketsOfTheWrongKindAndTooMany() {
  expectDocument("{ a = ( 1, 2 «}»; b = 3; }", .wrongClosingBracket)
  expectDocument("( { a = 1; «)», { b = 2; } )", .wrongClosingBracket)
  expectDocument("{ a = ( 1 ) «)»; b = 2; }", .unexpectedText)
  expectDocument("{ a = 1; } «}»", .textAfterRoot)
  expectDocument("{ a = { b = 1; }; «}»\n c = { d = 2; };\n e = f; }", .unexpectedText)
}

@Test func quotesMissing() {
  expectDocument("{ a = «\"x y»;\n  b = \"z\"; }", .unterminatedString)
  expectDocument("{ a = «\"x y»; b = \"z\"; }", .unterminatedString)
  expectDocument("{ a = «x y\"»;\n  b = \"z\"; }", .missingQuote)
  expectDocument("{ a = «2.3\"»; b = \"z w\"; }", .missingQuote)
  expectDocument("( «\"a», \"b\", \"c\" )", .unterminatedString)
  expectDocument("{ a = «don't»; b = 'x'; }", .missingQuote)
  expectDocument("{ a = «\"22 (ssh)»;\n b = \"\"; }", .unterminatedString)
}

@Test func textThatNeedsQuotes() {
  expectDocument("{ a = «Dest port»; b = 1; }", .unquotedText)
  expectDocument("{ a = «22 (ssh)»; b = 1; }", .unquotedText)
  expectDocument("{ a = «syn,-ack»; b = 1; }", .unquotedText)
  expectDocument("{ a = «==»; b = 1; }", .unquotedText)
  expectDocument("{ a = «->»; b = 1; }", .unquotedText)
  expectDocument("{ a = «a=A»; b = 1; }", .unquotedText)
  expectDocument("{ a = «<=»; b = 1; }", .unquotedText)
  expectDocument("{ a = «x#y»; b = 1; }", .unquotedText)
  expectDocument("{ a = «naïve»; b = 1; }", .unquotedText)
  expectDocument("{ a = «“x y”»; b = 1; }", .unquotedText)
  expectDocument("{ «Dest port» = 1; b = 1; }", .unquotedText)
  expectDocument("( a, «x@y», b )", .unquotedText)
  #expect(read("{ a = Dest port; }").document?.root["a"]?.text == "Dest port")
  #expect(read("{ a = a=A; }").document?.root["a"]?.text == "a=A")
}

/// The unseen character between bars, what is said of it, and the way out.
@Test(arguments: [
  ("{ enabled|\u{A0}|= 1; }", "U+00A0 (no-break space)", "write an ordinary blank"),
  ("{ enabled =|\u{A0}|1; }", "U+00A0 (no-break space)", "write an ordinary blank"),
  ("{ enabled = 1|\u{3000}|; }", "U+3000 (ideographic space)", "write an ordinary blank"),
  ("(a|\u{A0}|, b)", "U+00A0 (no-break space)", "write an ordinary blank"),
  ("{ enabled|\u{FE0F}| = 1; }", "U+FE0F (variation selector-16)", "take it out"),
  ("{ enab|\u{34F}|led = 1; }", "U+034F (combining grapheme joiner)", "take it out"),
])
func charactersNobodySeesAreNotToBeQuoted(marked: String, name: String, hint: String) throws {
  let parts = marked.unicodeScalars.split(separator: "|").map { String($0) }
  let findings = read(parts.joined()).diagnostics
  let finding = try #require(findings.first)
  #expect(findings.count == 1 && finding.id == .unexpectedText)
  let start = parts[0].utf8.count
  #expect(finding.range == start..<start + parts[1].utf8.count)
  #expect(finding.message == "the invisible character \(name) may not stand here")
  #expect(finding.hint == hint)
}

@Test func textInQuotesIsOfferedWithOrdinaryBlanks() {
  #expect(read("{ a = Dest\u{A0}port; }").diagnostics.map(\.hint) == ["write \"Dest port\""])
  #expect(read("{ a = Dest port\u{A0}; }").diagnostics.map(\.hint) == ["write \"Dest port\""])
}

@Test func strayText() {
  expectDocument("{ a = 1; «@» b = 2; }", .unexpectedText)
  expectDocument("{ a = 1;«;» b = 2; }", .unexpectedText)
  expectDocument("{ «;» a = 1; }", .unexpectedText)
  expectDocument("(«,» a)", .unexpectedText)
  expectDocument("(a,«,» b)", .unexpectedText)
  expectDocument("{ «\u{A0}»a = 1; }", .unexpectedText)
  expectDocument("{ «\u{0}»a = 1; }", .unexpectedText)
  expectDocument("{ a = 1; } «x» y z", .textAfterRoot)
  expectDocument("{ a = 1; }\n«{» b = 1; }", .textAfterRoot)
  expectDocument("«»", .emptyDocument)
  expectDocument("«» \n // nothing\n", .emptyDocument)
}

@Test func comments() {
  expectDocument("{ «/*» 2.1\n  a = 1; }", .unterminatedComment)
  expectDocument("{ a = 1; } «/*» and so on\nfor some lines", .unterminatedComment)
  expectDocument("{ a = 1; «/*» b = 2; }", .unterminatedComment)
  expectDocument("{ «* 2.1 */» a = 1; }", .unterminatedComment)
  expectDocument("{ «/ 2.1 */» a = 1; }", .unterminatedComment)
  expectDocument("{ «/» the first\n  a = 1; }", .unterminatedComment)
  expectDocument("{ «/*» a /* b */ c = 1; }", .commentInComment)
}

@Test func escapesAndDigits() {
  expectDocument(#"{ a = "x«\q»y"; }"#, .badEscape)
  expectDocument(#"{ a = "«\U»x"; }"#, .badEscape)
  expectDocument(#"{ a = "«\400»"; }"#, .badEscape)
  expectDocument(#"{ a = "«\376»"; }"#, .badEscape)
  expectDocument(#"{ a = "«\Ud83d»x"; }"#, .loneSurrogate)
  expectDocument(#"{ a = "«\Ude00»"; }"#, .loneSurrogate)
  expectDocument(#"{ a = "«\Ud83d»\U0041"; }"#, .loneSurrogate)
  expectDocument("{ a = <0«g»>; }", .badHexDigits)
  expectDocument("{ a = <00 «1»>; }", .badHexDigits)
  expectDocument("{ a = <«0» 0>; }", .badHexDigits)
  expectDocument("{ a = «<0011»;\n b = c; }", .unterminatedData)
  expectDocument("{ a = «0011>»; b = c; }", .unquotedText)
}

@Test func duplicateKeys() throws {
  expectDocument("{ a = 1; b = 2; «a» = 3; }", .duplicateKey)
  expectDocument(#"{ a = 1; «"\U0061"» = 3; }"#, .duplicateKey)
  expectDocument("{ a = { a = 1; }; b = { a = 1; «a»; }; }", .duplicateKey)
  expectDocument("{ a = 1; «a» = 2; «a» = 3; }", .duplicateKey, .duplicateKey)
  expectDocument("{ a = 1; b = 2; «a» = 3; «b» = 4; }", .duplicateKey, .duplicateKey)
  // Two dictionaries whose braces nobody wrote.
  expectDocument("a = 1; b = 2;\n\n«a» = 3; b = 4;", .duplicateKey)
  expectDocument("a = 1; b = 2; «a» = 3;", .duplicateKey)
  let many = (0..<100).map { "k\($0) = \($0);" }.joined(separator: "\n")
  expectDocument("{\n\(many)\n«k50» = 1; }", .duplicateKey)
  let finding = try #require(read("{\n a = 1;\n a = 2;\n}").diagnostics.first)
  #expect(finding.hint?.contains("line 2") == true)
}

@Test func whatCouldNotBeReadIsMarked() throws {
  let root = try #require(read("{ a = ; b = 2; }").document?.root)
  #expect(root["a"]?.isMissing == true)
  #expect(root["b"]?.isMissing == false)
}

@Test func mistakesCloseTogetherStayApart() {
  expectDocument("( { a = \"b c\"«» }«;» { d = 1; } )", .missingSemicolon, .missingComma)
  expectDocument("{ a = 1«»\n b«» 2; c = «\"d»; }", .missingSemicolon, .missingEquals, .unterminatedString)
  expectDocument("( { a = 1«» }, { b«» 1; }, { c = <«1»>; } )", .missingSemicolon, .missingEquals, .badHexDigits)
}

// MARK: Many mistakes at once

/// Each `@` line end marks a line with one mistake; the mark itself is a comment.
private let twentyMistakes = #"""
  {
      rules = (
          { /* 1 */
              nodeName = "default first"                  //@ missingSemicolon
              enabled = 1;
              propertyName Direction;                     //@ missingEquals
              propertyValue = ;                           //@ expectedValue
              relationName = ==;                          //@ unquotedText
              children = (
                  { nodeName = fragments; enabled = 1; }  //@ missingComma
                  { nodeName = "loopback; enabled = 1; }, //@ unterminatedString
                  { nodeName = caf\u00e9; enabled = 1; }, //@ unquotedText
                  {
                      nodeName = "bad \q escape";         //@ badEscape
                      nodeName = again;                   //@ duplicateKey
                      key = <0fb>;                        //@ badHexDigits
                      parameter = "\Ud83d";               //@ loneSurrogate
                  }
              );
          },
          {
              enabled = 1;; nodeName = x;                 //@ unexpectedText
              = 5;                                        //@ missingKey
              propertyName = Dest port;                   //@ unquotedText
              data = <0011;                               //@ unterminatedData
              propertyValue = rst";                       //@ missingQuote
              @ filterActionName = Delay;                 //@ unexpectedText
          };                                              //@ missingComma
          {
              nodeName = last;
              children = ( { enabled = 1; );              //@ missingClosingBracket
          }
      );
      settings : { triggerDuration = 3600; };             //@ missingEquals
  }
  more                                                    //@ textAfterRoot

  """#

@Test func twentyMistakesAreTwentyFindingsEachOnItsLine() {
  let expected = twentyMistakes.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
    index, line -> String? in
    line.split(separator: "//@ ").dropFirst().last.map { "\(index + 1) \($0)" }
  }
  let reading = read(twentyMistakes)
  let found = reading.diagnostics.map { finding in
    "\(reading.source.location(of: finding.range.lowerBound).line) \(finding.id.rawValue)"
  }
  #expect(found == expected)
  #expect(found.count >= 20)
}

// MARK: Texts that break off

@Test func whatTheEndLeavesOpenIsOneFinding() {
  expectDocument("{ Bye«»", .missingClosingBracket)
  expectDocument("{\n  a = 1;\n  b =«»\n", .missingClosingBracket)
  expectDocument("( { enabled = 1; nodeName = a; foo«»", .missingClosingBracket)
  expectDocument("{ a = ( b,«»", .missingClosingBracket)
  expectDocument("{a=1; Bye«)»«»", .unexpectedText, .missingClosingBracket)
  expectDocument("a = 1; b«»", .expectedValue)
  expectDocument("a = 1; b =«»", .expectedValue)
  expectDocument("a = 1; b = 2«»", .missingSemicolon)
  expectDocument("«@»", .unexpectedText)
}

@Test func theFindingAtTheEndNamesTheBracketAndItsLine() throws {
  let finding = try #require(read("(\n  {\n    enabled = 1;\n    foo").diagnostics.first)
  #expect(finding.message == "the document ends where '}' is expected, and 1 more around it")
  #expect(finding.hint == "it closes the '{' of line 2")
}

/// Tokens of every kind, in places where a text may well break off.
private let variedText = #"""
  // What a text can hold.
  {
      "quoted key" = 'single quotes'; shorthand; bare = word.with:all-of/these$+;
      rules = ( /* one */ { enabled = 1; nodeName = "a \"b\" \U00e9"; },
          { children = ( { a = (1, 2, (3, 4)); }, {} ); data = <0fbd 77 61>; }, );
      text = Dest port; arrow = ->; // two mistakes
      empty = ""; none = (); nothing = {};
  }
  """#

/// The findings that say what the end leaves open: a bracket, a text, data, a comment, an entry.
private let unclosed: Set<Diagnostic.ID> = [
  .missingClosingBracket, .unterminatedString, .unterminatedData, .unterminatedComment, .missingSemicolon,
  .expectedValue, .emptyDocument,
]

@Test(arguments: ["varied", "Samples/promiscuous-resets.plist", "Samples/web-attack.plist"])
func everyBeginningOfATextTellsWhatIsUnclosedInAHandfulOfFindings(name: String) throws {
  let bytes = name == "varied" ? Array(variedText.utf8) : try TestFiles.bytes(name)
  let root = try #require(PropertyList.read(bytes, fileName: name).document?.syntax).root.range
  for count in root.lowerBound + 1..<root.upperBound {
    let reading = PropertyList.read(Array(bytes[..<count]), fileName: name)
    let errors = reading.diagnostics.filter { $0.severity == .error }
    let what = Comment(rawValue: "the first \(count) bytes of \(name): \(errors.map(\.message))")
    #expect((1...8).contains(errors.count), what)
    #expect(errors.contains { unclosed.contains($0.id) }, what)
  }
}

// MARK: Each single deletion

private let sample = """
  {
      rules = (
          { /* 1 */
              nodeName = "default first";
              enabled = 1;
              propertyName = Direction;
              propertyValue = inbound;
              children = (
                  { nodeName = fragments; enabled = 1; propertyName = IPFragmentOffset; propertyValue = "1-63"; },
                  {
                      relationName = ">=";
                      propertyName = IPFragmentOffset;
                      propertyValue = 64;
                      filterActionName = Pass;
                  }
              );
          },
          { // the second
              nodeNumber = "2.3";
              nodeName = "promiscuous resets";
              parameter = "";
              key = <0fbd 7761>;
          }
      );
      settings = {
          local = ("10.0.0.0/8", 192.168.0.0/16, fe80);
          triggerDuration = 3600;
      };
  }

  """

/// The same document in other layouts, because recovery may use but not need indentation.
private let layouts: [String: String] = {
  let flat = sample.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
  let line = flat.replacing("// the second", with: "").replacing("\n", with: " ")
  var tight = line.replacing(" = ", with: "=")
  for mark in ["{", "("] { tight = tight.replacing("\(mark) ", with: mark) }
  return ["indented": sample, "flat": flat, "one line": line, "tight": tight]
}()

@Test(arguments: layouts.keys.sorted())
func oneCharacterDeletedIsOneFindingOnItsLine(layout: String) throws {
  let bytes = Array(try #require(layouts[layout]).utf8)
  let clean = PropertyList.read(bytes, fileName: layout)
  #expect(clean.diagnostics == [])
  let tokens = try #require(clean.document?.syntax?.tokens)
  for token in tokens where !token.range.isEmpty {
    for offset in Set([token.range.lowerBound, token.range.upperBound - 1])
    where ";=,\"{}()<>".utf8.contains(bytes[offset]) && !joinsWords(bytes, without: offset) {
      var copy = bytes
      copy.remove(at: offset)
      let reading = PropertyList.read(copy, fileName: layout)
      let line = clean.source.location(of: offset).line
      let lines = reading.diagnostics.map { reading.source.location(of: $0.range.lowerBound).line }
      let what = Comment(rawValue: "'\(UnicodeScalar(bytes[offset]))' deleted in line \(line): \(reading.diagnostics)")
      #expect(lines.count == 1, what)
      #expect(lines.allSatisfy { abs($0 - line) <= 1 }, what)
      if bytes[offset] == UInt8(ascii: ";") { #expect(reading.diagnostics.map(\.id) == [.missingSemicolon], what) }
    }
  }
}

/// Whether the bytes on both sides of `offset` would make one word, which is no mistake one could see.
private func joinsWords(_ bytes: [UInt8], without offset: Int) -> Bool {
  offset > 0 && offset + 1 < bytes.count && bytes[offset - 1].isWordByte && bytes[offset + 1].isWordByte
}
