import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList
@testable import SentryRules

/// What documents may hold, with limits that small ones pass.
@Suite struct DocumentLimitsTests {
  private static func document(_ bytes: [UInt8], rules: Int = 5, testPackets: Int = 2) -> RuleDocument {
    let limits = DocumentLimits(rules: rules, bytesPerRule: .max, testPackets: testPackets)
    return RuleDocument(bytes, fileName: "document", limits: limits) { _ in }
  }

  private static func errors(_ text: String, within limits: DocumentLimits) -> [String] {
    let document = RuleDocument(Array(text.utf8), fileName: "document", limits: limits) { _ in }
    return document.diagnostics.filter { $0.severity == .error }.map(\.message)
  }

  private static func inEveryForm(_ text: String) throws -> [[UInt8]] {
    let root = try #require(PropertyList.read(Array(text.utf8), fileName: "x").document).root.value
    return [Array(text.utf8), try root.xml(), root.binary()]
  }

  /// Five rules, whatever the layout.
  private static let atLimit = [
    "( {}, {}, {}, {}, {} )",
    "( { children = ( {}, { children = ( {}, {} ); } ); } )",
    "{ nodeName = one; children = ( {}, {}, {}, {} ); }",
    "{ rules = ( {}, {}, {}, {}, {} ); x = ( {}, {}, {} ); }",
    "{ SentryDocument_filterTable = { children = ( {}, {}, {}, {}, {} ); }; }",
  ]

  @Test(arguments: atLimit)
  func asManyRulesAsMayBeAreRead(text: String) throws {
    for bytes in try Self.inEveryForm(text) {
      #expect(Self.document(bytes).ruleSet?.rules.count == 5)
    }
  }

  @Test(arguments: atLimit)
  func oneRuleMoreIsOneErrorAndNoRuleIsRead(text: String) throws {
    for bytes in try Self.inEveryForm(text) {
      let document = Self.document(bytes, rules: 4)
      let errors = document.diagnostics.filter { $0.severity == .error }
      #expect(errors.map(\.id) == [.documentTooLarge])
      #expect(errors.first?.message == "this is rule 5 of the document, which may have at most 4")
      #expect(document.ruleSet == nil)
    }
  }

  @Test func theErrorIsAtTheFirstRuleTooMany() throws {
    let text = "{ rules = (\n{ children = ( {}, {} ); },\n{},\n { odd = 1; },\n{ } ); }"
    let forms = try Self.inEveryForm(text).map { Self.document($0, rules: 4) }
    let places = forms.map { $0.diagnostics.map { "\($0.range) \($0.path ?? "")" } }
    let start = try #require(text.range(of: "{ odd"))
    let offset = text.utf8.distance(from: text.startIndex, to: start.lowerBound)
    #expect(places[0] == ["\(offset..<offset + 1) "])
    #expect(forms[1].diagnostics.map { String(decoding: forms[1].source.bytes[$0.range], as: UTF8.self) } == ["<dict>"])
    #expect(places[2] == ["0..<0 rules[2]"])
  }

  private static let packet = #""udp 203.0.113.9:1 > me:2""#

  @Test(arguments: [
    ("{ packet = \(packet); expect = pass; }, { packet = \(packet); expect = pass; repeat = 100; }", 0),
    ("{ packets = ( \(packet), { packet = \(packet); expect = pass; } ); }", 0),
    ("{ packets = ( \(packet), { packet = \(packet); expect = pass; } ); }, { packet = \(packet); expect = pass; }", 1),
    (
      "{ packets = ( \(packet), \(packet), \(packet), \(packet), { packet = \(packet); expect = pass; } ); }, { odd; }",
      1
    ),
  ])
  func packetsOfTestsAreLimited(tests: String, errors: Int) throws {
    for bytes in try Self.inEveryForm("{ rules = ( { enabled = 1; } ); tests = ( \(tests) ); }") {
      let found = Self.document(bytes).diagnostics.filter { $0.severity == .error }
      #expect(found.count == errors)
      #expect(
        found.allSatisfy { $0.id == .badTest && $0.message.hasPrefix("this is packet 3 of the document's tests") })
    }
  }

  @Test func aLargerDocumentMayHaveMoreRules() {
    let limits = DocumentLimits(rules: 2, bytesPerRule: 10)
    #expect(Self.errors("( {}, {}, {}, {} ) // and more", within: limits).isEmpty)
    #expect(
      Self.errors("( {}, {}, {}, {} )", within: limits) == ["this is rule 4 of the document, which may have at most 3"])
  }

  @Test(
    arguments: [
      ("a = 1; b = 2;", nil),
      ("a = 1; b = 2; c = 3; d = 4;", "this is unknown key 3 of the document, which may have at most 2"),
      ("interfaces = ( { name = a; }, { name = b; } );", nil),
      (
        "interfaces = ( { name = a; }, { name = b; }, { name = c; }, { } );",
        "this is interface 3 of the document, which may have at most 2"
      ),
      ("settings = { interfaceNames = { a = b; c = d; }; };", nil),
      (
        "settings = { interfaceNames = { a = b; c = d; e = f; }; };",
        "this is name 3 of interfaceNames, which may have at most 2"
      ),
      ("settings = { local = ( 192.0.2.1, 192.0.2.2 ); };", nil),
      ("settings = { local = ( 192.0.2.1, \"192.0.2.2, x\" ); };", "this is net 3 of local, which may have at most 2"),
    ] as [(String, String?)])
  func theRootIsLimited(keys: String, error: String?) {
    let limits = DocumentLimits(keptKeys: 2, interfaces: 2, nets: 2)
    let errors = Self.errors("{ rules = ( { enabled = 1; } ); \(keys) }", within: limits)
    #expect(errors == (error.map { [$0] } ?? []))
  }

  @Test func packetsOfOneTestAreLimited() {
    let two = "( \(Self.packet), { packet = \(Self.packet); expect = pass; } )"
    let three = "( \(Self.packet), \(Self.packet), { packet = \(Self.packet); expect = pass; } )"
    let text = "{ rules = ( { enabled = 1; } ); tests = ( { packets = \(two); }, { packets = \(three); } ); }"
    #expect(Self.errors(text, within: DocumentLimits(packetsPerTest: 3)).isEmpty)
    #expect(
      Self.errors(text, within: DocumentLimits(packetsPerTest: 2)) == [
        "this is packet 3 of the test, which may describe at most 2"
      ])
  }

  @Test func triggeredAddressesAreLimited() {
    let test = "{ packet = \(Self.packet); triggered = ( 192.0.2.1, 192.0.2.2 ); }"
    let text = "{ rules = ( { enabled = 1; } ); tests = ( \(test) ); }"
    #expect(Self.errors(text, within: DocumentLimits(triggeredAddresses: 2)).isEmpty)
    #expect(
      Self.errors(text, within: DocumentLimits(triggeredAddresses: 1)) == [
        "this is address 2; a packet may list at most 1 as triggered"
      ])
  }

  @Test func aBinaryDocumentOfTooManyRulesIsNotEdited() throws {
    // All of them are one object.
    let rules = PropertyListValue.array(Array(repeating: .dictionary([:]), count: 25_000))
    let error = try #require(
      #expect(throws: EditError.self) { try EditableDocument(reading: rules.binary(), fileName: "document") })
    #expect(error.findings.map(\.id) == [.documentTooLarge])
  }

  @Test func hundredThousandRulesMayBe() {
    // Shorter than any that says what it is for.
    let size = 100_000 * #"{enabled=1;nodeName=a;propertyName=TTL;propertyValue=1;},"#.utf8.count
    #expect(DocumentLimits().rules(inBytes: size) >= 100_000)
  }

  @Test func ofAKeySaidTwiceTheLastCounts() throws {
    let text = Array("{ nodeName = a; odd = 1; nodeName = b; }".utf8)
    let fields = RuleFields(of: try #require(PropertyList.read(text, fileName: "document").document).root)
    #expect(fields[.nodeName]?.text == "b")
    #expect(fields.hasUnknown)
  }

  @Test func neighboursThatSayTheSameDoNotMixUp() throws {
    let rule = "{ enabled = 1; nodeName = a; propertyName = Protocol; propertyValue = 6; filterActionName = Pass; }"
    let others = [
      ("nodeName = a", "nodeName = b"), ("propertyValue = 6", "propertyValue = 17"), ("Protocol", "\"Dest port\""),
      ("Pass", "Delete"), ("propertyValue", "relationName = \"!=\"; propertyValue"), ("Pass;", "Pass; parameter = x;"),
    ].map { rule.replacing($0.0, with: $0.1) }
    for other in others {
      let rules = try ruleSet("( \(rule), \(rule), \(other), \(other), \(rule) )").rules
      let single = try ruleSet("( \(other) )").rules[0]
      #expect(rules[1].saysTheSame(as: rules[0]) && rules[4].saysTheSame(as: rules[0]))
      #expect(!rules[2].saysTheSame(as: rules[0]))
      #expect(rules[2].saysTheSame(as: single) && rules[3].saysTheSame(as: single))
    }
  }

  @Test func aRuleIsSmall() { #expect(MemoryLayout<Rule>.stride == 40) }
}
