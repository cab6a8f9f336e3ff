import SentryRules
import Testing

/// The tests of a document name rules by their numbers; where an edit changes these, the tests go on meaning the same rules.
@Suite struct TestsFollowTests {
  static let document = """
    {
      rules = (
        { nodeName = a; enabled = 1; },
        { nodeName = b; enabled = 1; children = (
          { nodeName = c; enabled = 1; }, { nodeName = d; enabled = 1; children = ( { nodeName = e; enabled = 1; } ); }
        ); },
        { nodeName = f; enabled = 1; }
      );
      tests = (
        { packet = "udp 203.0.113.9:1 > me:2"; rule = 1; },
        { packets = ( "udp 203.0.113.9:1 > me:2", { packet = "udp 203.0.113.9:1 > me:2"; rule = "2.2.1"; } ); rule = '2.2'; },
        { packet = "udp 203.0.113.9:1 > me:2"; rule = 3; }, { packet = "udp 203.0.113.9:1 > me:2"; rule = none; }
      );
    }
    """

  /// The rules that the tests name, in the order of the text: in the middle those of a sequence and of its packet.
  private func named(_ edited: EditedDocument) -> [String] {
    edited.text.split(separator: "rule = ").dropFirst().map { part in
      String(part.prefix { $0 != ";" })
    }
  }

  private func document() throws -> EditableDocument { try open(Self.document) }

  @Test func pasting() throws {
    let pasted = try snippet("( { nodeName = new; enabled = 1; } )")
    let edited = try document().paste(pasted, .before(number("2")))
    #expect(named(edited) == ["1", "\"3.2.1\"", "'3.2'", "4", "none"])
    #expect(try named(document().paste(pasted, .into(number("2.2")))) == ["1", "\"2.2.2\"", "'2.2'", "3", "none"])
    #expect(try named(document().paste(pasted, .end)) == ["1", "\"2.2.1\"", "'2.2'", "3", "none"])
  }

  @Test func deleting() throws {
    #expect(try named(document().delete([number("1")])) == ["\"1.2.1\"", "'1.2'", "2", "none"])
    #expect(
      try named(document().delete([number("2")], keepingChildren: true)) == ["1", "\"3.1\"", "'3'", "4", "none"])
  }

  @Test func whatIsGoneIsNoLongerNamed() throws {
    let edited = try document().delete([number("2.2")])
    #expect(named(edited) == ["1", "3", "none"])
    #expect(edited.orphans.map(\.title) == ["test 2"])
    #expect(edited.orphans.map(\.rules) == [[try number("2.2"), try number("2.2.1")]])
    #expect(try document().delete([number("2.1")]).orphans == [])
    let keeping = try document().delete([number("2.2")], keepingChildren: true)
    #expect(named(keeping) == ["1", "\"2.2\"", "3", "none"])
    #expect(keeping.orphans.map(\.rules) == [[try number("2.2")]])
  }

  /// The rest of the test stays as it is written.
  @Test(arguments: [
    ("{ name = t; packet = p; rule = 1; expect = pass; }", "{ name = t; packet = p; expect = pass; }"),
    ("{ name = t; packet = p; expect = pass; rule = 1; }", "{ name = t; packet = p; expect = pass; }"),
    ("{ rule = 1; name = t; // why\n }", "{ name = t; // why\n }"),
    ("{ name = t;\n  rule = 1;\n  expect = pass;\n}", "{ name = t;\n  expect = pass;\n}"),
    ("{ name = t; rule = 1; // why\n}", "{ name = t;  // why\n}"),
  ])
  func theEntryIsTakenOut(test: String, expected: String) throws {
    let document = "{ rules = ( { enabled = 1; }, { enabled = 1; } );\n tests = ( TEST ); }"
    let edited = try open(document.replacing("TEST", with: test)).delete([number("1")])
    #expect(edited.text == "{ rules = ( { enabled = 1; } );\n tests = ( \(expected) ); }")
    #expect(edited.orphans.map(\.title) == ["'t'"])
  }

  @Test func moving() throws {
    #expect(try named(document().move([number("2.2")], .before(number("1")))) == ["2", "\"1.1\"", "'1'", "4", "none"])
    #expect(
      try named(document().move([number("3")], .into(number("2.2")))) == [
        "1", "\"2.2.2\"", "'2.2'", "\"2.2.1\"", "none",
      ])
  }

  @Test func documentsThatAreNotTextFollow() throws {
    let xml = """
      <?xml version="1.0" encoding="UTF-8"?>
      <plist version="1.0"><dict>
      <key>rules</key><array>
      <dict><key>nodeName</key><string>a</string></dict>
      <dict><key>children</key><array><dict><key>nodeName</key><string>c</string></dict></array></dict>
      </array>
      <key>tests</key><array><dict><key>rule</key><integer>2</integer>
      <key>packets</key><array><dict><key>rule</key><string>2.1</string></dict></array></dict></array>
      </dict></plist>
      """
    let edited = try open(xml).delete([number("1")])
    #expect(edited.orphans == [])
    let without = try open(xml).delete([number("2")])
    #expect(!without.text.contains("<key>rule</key>"))
    #expect(without.orphans.map(\.title) == ["test 1"])
    let strings = edited.text.matches(of: /<string>([0-9.]+)<\/string>/).map { $0.output.1 }
    #expect(strings.sorted() == ["1", "1.1"])
  }
}
