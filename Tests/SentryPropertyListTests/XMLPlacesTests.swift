import SentryDiagnostics
import SentryPropertyList
import Testing

/// The text that a finding with this path is shown at; `nil` if the path leads nowhere.
private func text(at path: String, in xml: String) -> String? {
  let source = SourceText(fileName: "x", bytes: Array(xml.utf8))
  let finding = Diagnostic(.badValue, at: Diagnostic.Place(path: path), "")
  let located = XMLPlaces.locate([finding], in: source)[0]
  return located.range.isEmpty ? nil : String(decoding: source.bytes[located.range], as: UTF8.self)
}

private let document = """
  <?xml version="1.0" encoding="UTF-8"?>
  <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
  <!-- <dict><key>rules</key> in a comment is no key -->
  <plist version="1.0">
  <dict>
    <key>interfaces</key> <array/>
    <key>rules</key>
    <array>
      <dict> <key>enabled</key> <true/> <key>name</key> <string>a &lt; b</string> </dict>
      <dict>
        <key>children</key>
        <array> <dict attribute="x"> <key>propertyValue</key> <integer>23</integer> <key>empty</key> <string></string> </dict>
        </array>
        <key>a &amp; b</key> <string>odd</string>
        <key>dotted.key</key> <string>dot</string>
      </dict>
    </array>
  </dict>
  </plist>
  """

@Test(
  arguments: [
    ("root", "<dict>"), ("rules", "<array>"), ("interfaces", "<array/>"), ("rules[0]", "<dict>"),
    ("rules[0].enabled", "<true/>"), ("rules[0].name", "a &lt; b"),
    ("rules[1].children[0]", "<dict attribute=\"x\">"), ("rules[1].children[0].propertyValue", "23"),
    ("rules[1].children[0].empty", "<string>"), ("rules[1].a & b", "odd"), ("rules[1].dotted.key", "dot"),
    ("rules[2]", nil), ("rule", nil), ("rules[1].children[0].property", nil), ("nonsense", nil),
  ] as [(String, String?)])
func pathsLeadToPlaces(path: String, found: String?) {
  #expect(text(at: path, in: document) == found)
}

@Test func manyFindingsAreLocatedAtOnce() {
  let source = SourceText(fileName: "x", bytes: Array(document.utf8))
  let paths = ["rules[1]", "rules[0]", "rules[0]", "nowhere"]
  let findings = paths.map { Diagnostic(.badValue, at: Diagnostic.Place(path: $0), "") }
  let lines = XMLPlaces.locate(findings, in: source).map { source.location(of: $0.range.lowerBound).line }
  #expect(lines == [10, 9, 9, 1])
}

@Test(arguments: [
  "<", "<plist", "<plist><dict>", "<dict><key>rules", "<!-- ", "<![CDATA[", "</dict></dict>", "<>", "</>",
])
func brokenXMLNeverTraps(_ xml: String) {
  #expect(text(at: "rules[0]", in: xml) == nil)
}

@Test func aPropertyListOfAnArrayBeginsWithItsFirstElement() {
  #expect(text(at: "[1]", in: "<plist><array><string>a</string><string>b</string></array></plist>") == "b")
}
