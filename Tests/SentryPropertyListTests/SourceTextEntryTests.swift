import SentryDiagnostics
import Testing

@testable import SentryPropertyList

/// The value of `key` in the dictionary that begins at the first `|`, which stands between the marks.
@Test(
  arguments: [
    ("the first", "|{ key = «1»; b = 2; }"),
    ("quoted, with an escape in the key", #"|{ b = 1; "k\145y" = «"a b"»; }"#),
    ("behind comments and a list", "|{ /* key = 1; */ b = ( { key = 2; } ); // key\n key = «3»; }"),
    ("in a dictionary within another", "{ key = 1; rules = ( |{ enabled = 1; key = «2»; } ); }"),
    ("a list", "|{ key = «(» 1, 2 ); }"),
    ("without braces", "|b = 1; key = «2»;"),
    ("of the next dictionary only", "( |{ b = 1; }, { key = 2; } )"),
    ("of a dictionary further in only", "|{ b = { key = 2; }; }"),
    ("in XML", "<plist>|<dict><key>b</key><integer>1</integer><key>key</key><string>«x»</string></dict></plist>"),
    (
      "in XML behind a list",
      "<plist>|<dict><key>b</key><array><dict><key>key</key><true/></dict></array><key>k&#101;y</key>«<true/>»</dict></plist>"
    ),
    ("in XML, a list", "<plist>|<dict><key>key</key>«<array>»<true/></array></dict></plist>"),
    ("in XML, of the next dictionary only", "<array>|<dict></dict><dict><key>key</key><true/></dict></array>"),
  ])
func valuesAreFoundInTheText(_ what: String, _ marked: String) throws {
  var bytes: [UInt8] = []
  var (dictionary, start, end): (Int?, Int?, Int?)
  for character in marked {
    switch character {
    case "|": dictionary = bytes.count
    case "«": start = bytes.count
    case "»": end = bytes.count
    default: bytes += Array(String(character).utf8)
    }
  }
  let range = SourceText(fileName: "x", bytes: bytes).range(ofValueFor: "key", inDictionaryAt: try #require(dictionary))
  #expect(range?.lowerBound == start && range?.upperBound == end, "\(what): \(String(describing: range))")
}
