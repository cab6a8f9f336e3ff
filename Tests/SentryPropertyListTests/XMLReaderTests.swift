import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList

private let classic = """
  <?xml version="1.0" encoding="UTF-8"?>
  <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
  <plist version="1.0">
  <dict>
  \t<key>enabled</key>
  \t<integer>1</integer>
  \t<key>nodeName</key>
  \t<string>a &amp; b</string>
  \t<key>children</key>
  \t<array>
  \t\t<dict><key>enabled</key><string>0</string></dict>
  \t\t<dict><key>enabled</key><true/></dict>
  \t</array>
  </dict>
  </plist>

  """

@Test func aClassicDocumentIsRead() throws {
  let reading = read(classic)
  #expect(reading.diagnostics == [])
  let root = try #require(reading.document?.root)
  #expect(reading.document?.format == .xml)
  #expect(root["nodeName"]?.text == "a & b")
  #expect(root["children"]?.elements.map { $0["enabled"]?.text } == ["0", "1"])
}

@Test(arguments: [
  ("<?xml version=\"1.0\"?><plist/>", true), ("  \n<plist version=\"1.0\">", true), ("<!DOCTYPE plist>", true),
  ("<!-- c --><plist>", true), ("\u{FEFF}<plist>", true), ("<dict/>", true), ("<data>", true), ("<0fbd>", false),
  ("<da7a>", false), ("< >", false), ("{ a = <00>; }", false), ("", false), ("<", false), ("// <plist>", false),
])
func xmlIsToldApartFromData(text: String, isXML: Bool) {
  #expect(XMLReader.recognizes(Array(text.utf8)) == isXML)
}

struct BrokenXML: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let id: Diagnostic.ID
  var line = 1
}

@Test(arguments: [
  BrokenXML(
    testDescription: "a key without a value", text: "<plist>\n<dict>\n<key>a</key>\n</dict>\n</plist>",
    id: .unreadableXML,
    line: 4),
  BrokenXML(testDescription: "an unknown element", text: "<plist>\n<rule/></plist>", id: .unreadableXML, line: 2),
  BrokenXML(
    testDescription: "an unknown entity", text: "<plist>\n\n<string>&x;</string></plist>", id: .unreadableXML, line: 3),
  BrokenXML(testDescription: "nothing inside", text: "<plist></plist>", id: .unreadableXML),
  BrokenXML(
    testDescription: "an entity of its own", text: "<!DOCTYPE plist [<!ENTITY a 'b'>]>\n<plist/>", id: .unreadableXML),
  BrokenXML(
    testDescription: "a foreign encoding", text: "<?xml version=\"1.0\" encoding=\"UTF-7\"?>\n<plist><true/></plist>",
    id: .invalidEncoding),
  BrokenXML(
    testDescription: "a key twice",
    text: "<plist><dict>\n<key>a</key><true/>\n<!-- <key>a</key> -->\n<key>a</key><true/>\n</dict></plist>",
    id: .duplicateKey, line: 4),
  BrokenXML(
    testDescription: "a value without a key", text: "<plist><dict>\n<true/></dict></plist>", id: .unreadableXML, line: 2
  ),
  BrokenXML(
    testDescription: "a key in an array", text: "<plist><array>\n<key>a</key></array></plist>", id: .unreadableXML,
    line: 2),
  BrokenXML(testDescription: "text between", text: "<plist><array>\n\nx</array></plist>", id: .unreadableXML, line: 3),
  BrokenXML(testDescription: "two values", text: "<plist><true/>\n<true/></plist>", id: .unreadableXML, line: 2),
  BrokenXML(
    testDescription: "crossed tags", text: "<plist><array><dict>\n</array></dict></plist>", id: .unreadableXML, line: 2),
  BrokenXML(
    testDescription: "a tag in a text", text: "<plist><string>a\n<b/></string></plist>", id: .unreadableXML, line: 2),
  BrokenXML(testDescription: "no integer", text: "<plist>\n<integer>1x</integer></plist>", id: .unreadableXML, line: 2),
  BrokenXML(testDescription: "no number", text: "<plist>\n<real>much</real></plist>", id: .unreadableXML, line: 2),
  BrokenXML(testDescription: "no date", text: "<plist>\n<date>today</date></plist>", id: .unreadableXML, line: 2),
  BrokenXML(testDescription: "no Base64", text: "<plist>\n<data>?</data></plist>", id: .unreadableXML, line: 2),
  BrokenXML(testDescription: "cut short", text: "<plist>\n<dict>\n<key>a</key>\n", id: .unreadableXML, line: 4),
])
func brokenXMLIsOneFinding(_ c: BrokenXML) {
  let reading = read(c.text)
  #expect(reading.diagnostics.map(\.id) == [c.id])
  let lines = reading.diagnostics.map { reading.source.location(of: $0.range.lowerBound).line }
  #expect(lines.allSatisfy { abs($0 - c.line) <= 1 }, "\(lines)")
}

/// Foundation is the judge of what the elements mean.
@Test(arguments: [
  "<string>a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#233;&#x1F600;</string>",
  "<string><![CDATA[<a> & b]]></string>",
  "<string></string>", "<string/>", "<string> kept blanks\n</string>",
  "<integer>14</integer>", "<integer>-9223372036854775808</integer>", "<integer>+7</integer>",
  "<integer>0x1F</integer>",
  "<real>0.75</real>", "<real>-1.25e-1</real>", "<date>2008-11-03T12:00:00Z</date>",
  "<date>1969-02-28T23:59:59Z</date>",
  "<date>2000-02-29T00:00:00Z</date>", "<data>AAEC\n /w==</data>", "<data></data>", "<true/>", "<false/>",
  "<true></true>",
  "<array/>", "<dict/>", "<array><string>a</string> <array><true/></array></array>",
  "<dict><key>a &amp; b</key><dict><key>c</key><array/></dict><key></key><false/></dict>",
])
func elementsMeanTheSameToFoundation(xml: String) throws {
  let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version='1.0'><!-- < -->\(xml)</plist>\n<!-- end -->\n"
  let reading = read(text)
  #expect(reading.diagnostics == [])
  let value = try #require(reading.document).root.value
  #expect(value.sortedByKey == FoundationOracle.value(ofXMLOrBinary: Array(text.utf8)))
}

/// XML 1.0 §2.5; Foundation refuses these.
@Test func aCommentIsNoPartOfAText() throws {
  #expect(try #require(read("<string>one<!-- not --> two</string>").document).root.text == "one two")
}

@Test func partsOfATextAreFoundBehindReferences() throws {
  let text = "<string>a &gt; <![CDATA[b]]> &#233;c</string>"
  let root = try #require(read(text).document).root
  #expect(root.text == "a > b éc")
  let place = root.place(ofText: 8..<9).range
  #expect(String(decoding: Array(text.utf8)[place], as: UTF8.self) == "c")
}

@Test func theSameKeyInDifferentDictionariesIsNoMistake() {
  let text =
    "<plist><dict><key>a</key><dict><key>a</key><true/></dict><key>b</key><array/></dict></plist>"
  #expect(read(text).diagnostics == [])
}

@Test func xmlInUTF16IsRead() {
  let text = classic.replacing("UTF-8", with: "UTF-16")
  let bytes: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  let reading = PropertyList.read(bytes, fileName: "utf16")
  #expect(reading.diagnostics == [])
  #expect(reading.document?.root["nodeName"]?.text == "a & b")
}

@Test func deepXMLIsRefused() {
  let text = "<plist>" + String(repeating: "<array>", count: 100_000)
  #expect(read(text).diagnostics.map(\.id) == [.nestingTooDeep])
  let deepest = String(repeating: "<array>", count: 512) + String(repeating: "</array>", count: 512)
  #expect(read("<plist>\(deepest)</plist>").diagnostics == [])
}

@Test(arguments: 0..<200 as Range<UInt64>)
func damagedXMLNeverTraps(seed: UInt64) {
  var random = SplitMix64(state: seed)
  var bytes = Array(classic.utf8)
  for _ in 0..<Int.random(in: 1...8, using: &random) {
    let index = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.remove(at: index)
    default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...60, using: &random)))
    }
    if bytes.isEmpty { break }
  }
  let reading = PropertyList.read(bytes, fileName: "damaged")
  #expect(reading.document != nil || reading.diagnostics.hasErrors)
}
