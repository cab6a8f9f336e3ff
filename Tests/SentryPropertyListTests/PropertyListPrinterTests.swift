import SentryTestSupport
import Testing

@testable import SentryPropertyList

/// Quoting on output: docs/Classic.md, "Text form".
@Test(arguments: [
  ("14", "14"), ("rst", "rst"), ("Delay", "Delay"), ("snake_case", "snake_case"), ("2.3.1", "\"2.3.1\""),
  ("->", "\"->\""),
  ("==", "\"==\""), ("promiscuous resets", "\"promiscuous resets\""), ("", "\"\""), ("-5", "\"-5\""),
  ("say \"hi\"", #""say \"hi\"""#), ("a\\b", #""a\\b""#), ("a\nb", #""a\nb""#), ("é", "\"é\""), ("😀", "\"😀\""),
  ("\u{7}", #""\U0007""#), ("\u{2028}", #""\U2028""#),
])
func words(text: String, printed: String) {
  #expect(PropertyListPrinter().word(text) == printed)
}

@Test(arguments: [("é", #""\U00e9""#), ("😀", #""\Ud83d\Ude00""#), ("plain", "plain")])
func wordsInASCII(text: String, printed: String) {
  var printer = PropertyListPrinter()
  printer.asciiOnly = true
  #expect(printer.word(text) == printed)
}

@Test func layout() {
  let value: PropertyListValue = .dictionary([
    "rules": [
      .dictionary([
        "nodeName": "a name", "enabled": 1, "children": [.dictionary(["enabled": .boolean(true)])],
      ]),
      .dictionary(["empty": [], "none": .dictionary([:])]),
    ],
    "local": ["10.0.0.0/8", "fe80"],
    "key": .data([0x0F, 0xBD, 0x77, 0x1C, 0x27]),
    "date": .date(secondsSince1970: 1_225_713_600),
    "ratio": .real(0.75), "whole": .real(3),
  ])
  #expect(
    PropertyListPrinter().print(value) == """
      {
          rules = (
              {
                  nodeName = "a name";
                  enabled = 1;
                  children = (
                      { enabled = 1; }
                  );
              },
              { empty = (); none = {}; }
          );
          local = ( "10.0.0.0/8", fe80 );
          key = <0fbd771c 27>;
          date = "2008-11-03 12:00:00 +0000";
          ratio = "0.75";
          whole = 3;
      }

      """)
}

@Test func containersThatDoNotFitStandOnTheirOwnLines() {
  var printer = PropertyListPrinter()
  printer.lineWidth = 12
  printer.indentation = 2
  #expect(printer.print(["abcd", "efgh"]) == "(\n  abcd,\n  efgh\n)\n")
  #expect(printer.print(["ab", "cd"]) == "( ab, cd )\n")
  printer.lineWidth = 0
  #expect(printer.print(.dictionary(["a": 1])) == "{\n  a = 1;\n}\n")
}

/// Values of strings, data, arrays and dictionaries, which text documents can hold as they are.
private func randomValue(_ random: inout SplitMix64, depth: Int = 0) -> PropertyListValue {
  let texts = [
    "", "a", "two words", "é😀", "\"", "\\", "\n\t\r", "\u{0}\u{7F}", "->", "/*", "//", "\u{2028}", "\u{FEFF}", "don't",
  ]
  switch Int.random(in: 0..<(depth < 4 ? 6 : 3), using: &random) {
  case 0, 1: return .string(texts.randomElement(using: &random) ?? "")
  case 2:
    return .data((0..<Int.random(in: 0...9, using: &random)).map { _ in .random(in: .min ... .max, using: &random) })
  case 3:
    return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(&random, depth: depth + 1) })
  default:
    let keys = texts.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random))
    let entries = keys.map {
      PropertyListDictionary.Entry(key: $0, value: randomValue(&random, depth: depth + 1))
    }
    return .dictionary(PropertyListDictionary(entries))
  }
}

@Test(arguments: 0..<200 as Range<UInt64>)
func whatIsPrintedReadsBackHereAndInFoundation(seed: UInt64) throws {
  var random = SplitMix64(state: seed)
  let value = randomValue(&random)
  var printer = PropertyListPrinter()
  printer.asciiOnly = Bool.random(using: &random)
  printer.lineWidth = Int.random(in: 0...120, using: &random)
  let printed = printer.print(value)
  if printer.asciiOnly { #expect(printed.utf8.allSatisfy { $0 < 0x80 }) }
  let reading = read(printed)
  #expect(reading.diagnostics == [], "\(printed)")
  #expect(try #require(reading.document).root.value == value, "\(printed)")
  #expect(FoundationOracle.read(printed) == value.sortedByKey, "\(printed)")
}

@Test(
  arguments: [
    (0, "1970-01-01 00:00:00 +0000"), (951_782_400, "2000-02-29 00:00:00 +0000"), (-1, "1969-12-31 23:59:59 +0000"),
    (1_225_713_600.9, "2008-11-03 12:00:00 +0000"), (4_102_444_799, "2099-12-31 23:59:59 +0000"),
    (-62_135_596_800, "0001-01-01 00:00:00 +0000"), (.nan, "1970-01-01 00:00:00 +0000"),
  ] as [(Double, String)])
func dates(seconds: Double, text: String) {
  #expect(CivilTime(secondsSince1970: seconds).description == text)
}

@Test(arguments: ["bplist00", "bplist", "plist"])
func aLoneWordIsNotTakenForABinaryDocument(word: String) {
  let printed = PropertyListPrinter().print(.string(word))
  let reading = read(printed)
  #expect(reading.diagnostics == [])
  #expect(reading.document?.root.value == .string(word))
}
