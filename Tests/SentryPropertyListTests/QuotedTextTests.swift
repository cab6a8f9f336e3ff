import Testing

@testable import SentryPropertyList

struct EscapeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let means: String
  var problems: [QuotedText.Problem] = []
}

/// Octal: the vendor mapping NEXTSTEP.TXT of the Unicode Consortium.
@Test(arguments: [
  EscapeCase(testDescription: "no escape", text: "plain é", means: "plain é"),
  EscapeCase(testDescription: "letters", text: #"\a\b\t\n\v\f\r"#, means: "\u{7}\u{8}\t\n\u{B}\u{C}\r"),
  EscapeCase(testDescription: "quotes and backslash", text: #"\"\'\\"#, means: "\"'\\"),
  EscapeCase(testDescription: "a line end", text: "a\\\nb", means: "a\nb"),
  EscapeCase(testDescription: "octal of one digit", text: #"\7x"#, means: "\u{7}x"),
  EscapeCase(testDescription: "octal stops after three digits", text: #"\1011"#, means: "A1"),
  EscapeCase(testDescription: "octal stops at an 8", text: #"\18"#, means: "\u{1}8"),
  EscapeCase(testDescription: "octal 341 is AE", text: #"\341"#, means: "Æ"),
  EscapeCase(testDescription: "octal 200 is the no-break space", text: #"\200"#, means: "\u{A0}"),
  EscapeCase(testDescription: "octal 256 is the ligature fi", text: #"\256"#, means: "\u{FB01}"),
  EscapeCase(testDescription: "octal 375 is y with diaeresis", text: #"\375"#, means: "ÿ"),
  EscapeCase(testDescription: "octal 376 is undefined", text: #"\376"#, means: "\u{FFFD}", problems: [.notACharacter]),
  EscapeCase(testDescription: "octal 400 is no byte", text: #"\400"#, means: "\u{FFFD}", problems: [.notACharacter]),
  EscapeCase(testDescription: "four hex digits", text: #"\U00e9x"#, means: "éx"),
  EscapeCase(testDescription: "hex digits of both cases", text: #"\U20aC"#, means: "€"),
  EscapeCase(testDescription: "fewer hex digits", text: #"\U41,"#, means: "A,"),
  EscapeCase(testDescription: "no hex digit", text: #"\Ux"#, means: "\u{FFFD}x", problems: [.noHexDigits]),
  EscapeCase(testDescription: "a surrogate pair", text: #"\Ud83d\Ude00"#, means: "😀"),
  EscapeCase(
    testDescription: "a high surrogate alone", text: #"\Ud83d"#, means: "\u{FFFD}", problems: [.loneSurrogate]),
  EscapeCase(testDescription: "a low surrogate alone", text: #"\Ude00"#, means: "\u{FFFD}", problems: [.loneSurrogate]),
  EscapeCase(
    testDescription: "a high surrogate before another escape", text: #"\Ud83d\U0041"#, means: "\u{FFFD}A",
    problems: [.loneSurrogate]),
  EscapeCase(
    testDescription: "two high surrogates", text: #"\Ud83d\Ud83d"#, means: "\u{FFFD}\u{FFFD}",
    problems: [.loneSurrogate, .loneSurrogate]),
  EscapeCase(testDescription: "an unknown letter", text: #"\q"#, means: "q", problems: [.unknownEscape]),
  EscapeCase(testDescription: "small u", text: #"\u0041"#, means: "u0041", problems: [.unknownEscape]),
  EscapeCase(testDescription: "a letter outside ASCII", text: #"\éx"#, means: "\u{FFFD}x", problems: [.unknownEscape]),
  EscapeCase(testDescription: "a backslash at the end", text: #"a\"#, means: "a", problems: [.unknownEscape]),
])
func escapes(_ c: EscapeCase) {
  let bytes = Array(c.text.utf8)
  let quoted = QuotedText(0..<bytes.count, of: bytes)
  #expect(quoted.string == c.means)
  #expect(quoted.problems.map(\.problem) == c.problems)
}

@Test(
  arguments: [
    ("0fbd77", [0x0F, 0xBD, 0x77]), ("", []), (" 00 \n FF ", [0x00, 0xFF]), ("aAbB", [0xAA, 0xBB]),
  ] as [(String, [UInt8])])
func hexData(text: String, expected: [UInt8]) {
  let bytes = Array(text.utf8)
  let data = HexData(0..<bytes.count, of: bytes)
  #expect(data.decoded == expected)
  #expect(data.firstBadDigit == nil && data.unpairedDigit == nil)
}

@Test(arguments: [("0g", 1, 0), ("00 1", nil, 3), ("0 0", nil, 0), ("zz", 0, nil)] as [(String, Int?, Int?)])
func hexDataWithMistakes(text: String, badDigit: Int?, unpaired: Int?) {
  let bytes = Array(text.utf8)
  let data = HexData(0..<bytes.count, of: bytes)
  #expect(data.firstBadDigit == badDigit)
  #expect(data.unpairedDigit == unpaired)
}
