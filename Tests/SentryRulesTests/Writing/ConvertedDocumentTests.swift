import Foundation
import SentryPropertyList
import SentryRules
import SentryTestSupport
import Testing

@Suite struct ConvertedDocumentTests {
  private static func converted(_ bytes: [UInt8], _ form: DocumentConversion) throws -> [UInt8] {
    guard form != .text else { return Array(try #require(FormattedDocument(reading: bytes).text).utf8) }
    return try form.bytes(of: #require(RuleDocument(reading: bytes).ruleSet))
  }

  @Test(arguments: RoundTripTests.shipped, DocumentConversion.allCases)
  func contentStays(path: String, form: DocumentConversion) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestFiles.path(path))))
    let before = try #require(RuleDocument(reading: bytes).ruleSet)
    let there = try Self.converted(bytes, form)
    let after = try #require(RuleDocument(reading: there).ruleSet)
    #expect(after.rules == before.rules)
    #expect(after.settings == before.settings)
    #expect(after.interfaces == before.interfaces)
    #expect(Set(before.keptKeys.map(\.key)).isSubset(of: after.keptKeys.map(\.key)))
    let text = try Self.converted(there, .text)
    #expect(RuleDocument(reading: text).ruleSet == before)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func xmlAndBackIsTheSameContent(seed: UInt64) throws {
    let bytes = Array(RandomDocument(seed: seed).text.utf8)
    let before = try #require(RuleDocument(reading: bytes).ruleSet)
    for form in [DocumentConversion.xml, .binary] {
      let there = try Self.converted(bytes, form)
      #expect(RuleDocument(reading: there).form?.rawValue == form.rawValue)
      let after = RuleDocument(reading: try Self.converted(there, .text)).ruleSet
      #expect(after == before && after?.keptKeys.map(\.value) == before.keptKeys.map(\.value), "seed \(seed)")
    }
  }

  /// Every form keeps what is only observed.
  @Test(arguments: DocumentConversion.allCases)
  func observedRulesStayObserved(form: DocumentConversion) throws {
    let text = """
      { rules = ( { enabled = 1; observe = 1; filterActionName = Delete; children = ( { enabled = 1; } ); },
        { enabled = 1; observe = 0; } ); settings = { observe = 1; }; }
      """
    let after = try #require(RuleDocument(reading: try Self.converted(Array(text.utf8), form)).ruleSet)
    #expect(after.rules.map(\.isObserved) == [true, false, false])
    #expect(after.settings.observe)
  }

  /// Text knows no numbers, but tests do.
  @Test func testsHaveNumbersInXML() throws {
    let text = """
      { rules = ( { enabled = 1; } ); tests = (
        { packet = "udp 203.0.113.9:1 > me:2"; logged = 0; rule = 1; repeat = 2; every = "0.5"; name = 7; },
        { packets = ( "udp 203.0.113.9:1 > me:2", { packet = "udp 203.0.113.9:3 > me:4"; after = 30; every = "1.50"; } ); }
      ); }
      """
    let xml = String(decoding: try Self.converted(Array(text.utf8), .xml), as: UTF8.self)
    func holds(_ key: String, _ value: String) -> Bool {
      xml.replacing(/\s*\n\s*/, with: "").contains("<key>\(key)</key>\(value)")
    }
    #expect(holds("logged", "<integer>0</integer>") && holds("repeat", "<integer>2</integer>"))
    #expect(holds("every", "<real>0.5</real>") && holds("after", "<integer>30</integer>"))
    #expect(holds("rule", "<string>1</string>") && holds("name", "<string>7</string>"))
    #expect(holds("every", "<string>1.50</string>"))
    let before = try #require(RuleDocument(reading: text).ruleSet)
    for form in [DocumentConversion.xml, .binary] {
      let back = try Self.converted(Self.converted(Array(text.utf8), form), .text)
      let after = try #require(RuleDocument(reading: back).ruleSet)
      #expect(after == before && after.keptKeys.map(\.value) == before.keptKeys.map(\.value))
    }
  }

  @Test func aTextThatXMLCannotHoldIsRefused() throws {
    let bytes = Array("( { nodeName = \"\\U0001\"; enabled = 1; } )".utf8)
    #expect(throws: EditError.self) { try Self.converted(bytes, .xml) }
    #expect(try RuleDocument(reading: Self.converted(bytes, .binary)).ruleSet?.rules.first?.name == "\u{1}")
  }

  /// The key order, the quotation and the numbers are those of the classic program's newest generation.
  @Test func classicCopy() throws {
    let text = """
      ( { nodeName = "ssh callers"; enabled = 1; propertyName = "Dest port"; propertyValue = "22 (ssh)";
          filterActionName = "Keep address"; children = (
            { enabled = 1; propertyName = Any; filterActionName = Log; parameter = "new größe"; } ); } )
      """
    let copy = try CopiedRules(of: ["1"], from: Array(text.utf8), fileName: "x")
    #expect(
      copy.classicText == """
        (
            {
                children = (
                    {
                        enabled = 1;
                        filterAction = 16;
                        filterActionName = Log;
                        nodeNumber = "1.1";
                        parameter = "new gr\\U00f6\\U00dfe";
                        property = 0;
                        propertyName = Any;
                        relation = 0;
                        relationName = "==";
                    }
                );
                enabled = 1;
                filterAction = 8;
                filterActionName = "Keep address";
                nodeName = "ssh callers";
                nodeNumber = 1;
                property = 19;
                propertyName = "Dest port";
                propertyValue = "22 (ssh)";
                relation = 0;
                relationName = "==";
            }
        )

        """)
  }
}
