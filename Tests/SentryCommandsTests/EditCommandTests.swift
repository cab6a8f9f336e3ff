import Foundation
import SentryRules
import SentryTestSupport
import Testing

/// The editing commands on files, as a user meets them.
@Suite struct EditCommandTests {
  private static let document = """
    // Mine.
    (
      { /* 1 */ nodeName = one; enabled = 1; },
      { /* 2 */ nodeName = two; enabled = 0; } // the second
    )

    """

  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("my.plist", Self.document)
  }

  private func text(_ name: String = "my.plist") throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test func enableAndDisableChangeTheSwitchInTheFile() async throws {
    let run = try await Program.sentry.run(["disable", "--in", path, "one", "2"])
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.errors == "\(path): rule 1 disabled; rule 2 was disabled already\n")
    #expect(try text() == Self.document.replacing("one; enabled = 1", with: "one; enabled = 0"))
    #expect(try await Program.sentry.run(["enable", "--in", path, "1"]).status == 0)
    #expect(try text() == Self.document)
  }

  @Test func testsThatLoseTheirRuleAreNamed() async throws {
    let tests = "tests = ( { packet = \"udp 203.0.113.9:1 > me:2\"; expect = pass; rule = 1; } );"
    let document = try folder.write("tested.plist", "{ rules = ( { enabled = 1; }, { enabled = 1; } ); \(tests) }")
    let run = try await Program.sentry.run(["delete", document, "1"])
    #expect(
      run.errors == """
        \(document): rule 1 deleted; the former rule 2 is now 1
        warning: a test named what is gone and no longer says which rule decides: test 1 (rule 1)

        """)
    #expect(try await Program.sentry.run(["test", document]).status == 0)
  }

  @Test func dryRunPrintsAndLeavesTheFile() async throws {
    let run = try await Program.sentry.run(["delete", path, "1", "--dry-run"])
    #expect(run.output == "// Mine.\n(\n  { /* 1 */ nodeName = two; enabled = 0; } // the second\n)\n")
    #expect(try text() == Self.document)
  }

  @Test func outputGoesElsewhere() async throws {
    #expect(try await Program.sentry.run(["delete", path, "2", "-o", folder.path("other.plist")]).status == 0)
    #expect(try text() == Self.document)
    #expect(try text("other.plist") == "// Mine.\n(\n  { /* 1 */ nodeName = one; enabled = 1; }\n)\n")
    let piped = try await Program.sentry.run(["move", "-", "2", "--before", "1"], input: Data(Self.document.utf8))
    #expect(piped.output.contains("{ /* 1 */ nodeName = two; enabled = 0; }, // the second\n"))
  }

  @Test func copyPastesElsewhere() async throws {
    let copied = try await Program.sentry.run(["copy", path, "2"])
    #expect(copied.output == "(\n  { /* 2 */ nodeName = two; enabled = 0; propertyName = Any; } // the second\n)\n")
    let run = try await Program.sentry.run(["paste", path, "--into", "1"], input: Data(copied.output.utf8))
    #expect(run.status == 0)
    #expect(run.errors == "\(path): understood 1 rule; inserted as 1.1\n")
    #expect(try text().contains("    { /* 1.1 */ nodeName = two; enabled = 0; propertyName = Any; } // the second\n"))
    let first = try await Program.sentry.run(["paste", path, "--before", "1"], input: Data(copied.output.utf8))
    #expect(first.errors == "\(path): understood 1 rule; inserted as 1; the former rules 1 and 2 are now 2 and 3\n")
  }

  @Test func aMoveThatChangesNothingIsTold() async throws {
    let run = try await Program.sentry.run(["move", path, "1", "--before", "2"])
    #expect(run.status == 0)
    #expect(run.errors == "\(path): rule 1 already stands there\n")
    #expect(try text() == Self.document)
  }

  @Test func pasteSaysWhatItUnderstood() async throws {
    let mail = """
      Hello,
      > ( { nodeName = “a”; enabled = 1; children = ( { enabled = 1; } ); },
      >   { nodeName = “b”; enabled = 1; } )
      Bye
      """
    let run = try await Program.sentry.run(["paste", path], input: Data(mail.utf8))
    #expect(run.status == 0, "\(run.errors)")
    for part in [
      "understood 2 rules (3 with those below)", "from quoted e-mail text", "typographic quotes straightened",
      "inserted as 3 and 4",
    ] {
      #expect(run.errors.contains(part), "\(run.errors)")
    }
  }

  @Test func newRulesAreCheckedFirst() async throws {
    let bad = try await Program.sentry.run(["new", path, "--property", "Dest prt", "--value", "23"])
    #expect(bad.status == 65)
    #expect(bad.errors.contains("did you mean 'Dest port'?"))
    #expect(try text() == Self.document)
    let good = try await Program.sentry.run(
      ["new", path, "--before", "1", "--property", "Dest port", "--value", "23", "--action", "Delete"])
    #expect(good.status == 0, "\(good.errors)")
    #expect(
      try text().contains(
        "  { /* 1 */ enabled = 1; propertyName = \"Dest port\"; propertyValue = 23; filterActionName = Delete; },\n"
          + "  { /* 2 */ nodeName = one;"))
  }

  @Test(
    arguments: [
      (["delete", "DOC", "7"], 65, "there is no rule 7: the document has rules 1 to 2"),
      (["enable", "--in", "DOC", "on"], 65, "no rule is called 'on'; did you mean 'one'?"),
      (["move", "DOC", "1"], 2, "--after, --before or --into"),
      (["move", "DOC", "1", "--into", "1"], 65, "cannot be moved"),
      (["delete", "/nonexistent/x.plist", "1"], 66, "no such file"),
      (["delete"], 2, "Missing expected argument"),
      (["delete", "DOC"], 2, "Usage: sentry delete (<doc> | --running) <rule> ..."),
      (["enable", "DOC", "1"], 2, "to edit a file say --in "),
      (["enable", "--in", "DOC", "-1"], 2, "Unknown option '-1'"),
      (["new", "DOC", "--value", "--action", "Pass"], 2, "Missing value for '--value': found the option '--action'"),
      (["new", "DOC", "--property", "TCP header flags", "--value", "-akk"], 65, "did you mean 'ack'?"),
      (["delete", "DOC"], 2, "name the rules to delete"),
      (["new", "DOC", "--after", "1", "--before", "2"], 2, "exclude each other"),
      (["paste", "DOC", "1"], 2, "too much"),
      (["format", "--check", "--in-place", "DOC"], 2, "exclude each other"),
      (["convert", "--to", "json", "DOC"], 2, "json"),
    ] as [([String], Int32, String)])
  func mistakesAreSaid(_ arguments: [String], _ status: Int32, _ message: String) async throws {
    let run = try await Program.sentry.run(arguments.map { $0 == "DOC" ? path : $0 })
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(try text() == Self.document)
  }

  @Test func valuesAndActionsMayBeginWithADash() async throws {
    let run = try await Program.sentry.run(
      ["new", path, "--property", "TCP header flags", "--value", "-ack", "--action", "->", "--dry-run"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("propertyName = \"TCP header flags\"; propertyValue = \"-ack\"; }"), "\(run.output)")
  }

  @Test func textWithoutRulesIsOneError() async throws {
    let run = try await Program.sentry.run(["paste", path], input: Data("Hello,\nno rules (today).\n".utf8))
    #expect(run.status == 65)
    #expect(run.errors.hasPrefix("sentry: standard input holds no rules: found 2 lines of text"))
    #expect(run.errors.split(separator: "\n").count == 2)
  }

  @Test func aTextWithErrorsIsLeftAlone() async throws {
    let bad = try folder.write("bad.plist", "( { enabled = 1 } ")
    let run = try await Program.sentry.run(["disable", "--in", bad, "1"])
    #expect(run.status == 65)
    #expect(run.errors.contains("bad.plist:1:"))
    #expect(try text("bad.plist") == "( { enabled = 1 } ")
  }

  @Test func modeAndLinkStay() async throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let link = folder.path("link.plist")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "my.plist")
    #expect(try await Program.sentry.run(["delete", link, "1"]).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "my.plist")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o640)
    #expect(try text().contains("/* 1 */ nodeName = two"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["link.plist", "my.plist"])
  }

  @Test func xmlStaysXML() async throws {
    let xml = folder.path("my.xml")
    #expect(try await Program.sentry.run(["convert", "--to", "xml", path, "-o", xml]).status == 0)
    #expect(try await Program.sentry.run(["disable", "--in", xml, "1"]).status == 0)
    #expect(try text("my.xml").hasPrefix("<?xml"))
    let run = try await Program.sentry.run(["diff", path, xml])
    #expect(run.status == 1)
    #expect(run.output == "~ 1  one: Any ->\n    disabled\n")
    let commented = try folder.write("c.xml", try text("my.xml") + "<!-- gone -->")
    #expect(
      try await Program.sentry.run(["enable", "--in", commented, "1"]).errors.contains("its comments are not kept"))
  }

  @Test func textInUTF16BecomesUTF8AndThatIsSaid() async throws {
    let wide = folder.path("wide.plist")
    let bytes = try #require("\u{FEFF}( { enabled = 1; } )\n".data(using: .utf16LittleEndian))
    try bytes.write(to: URL(filePath: wide))
    let run = try await Program.sentry.run(["disable", "--in", wide, "1"])
    #expect(run.status == 0)
    #expect(run.errors.contains("wide.plist: UTF-16 is written anew as UTF-8"))
    #expect(try text("wide.plist").hasSuffix("( { enabled = 0; } )\n"))
    #expect(try await !Program.sentry.run(["enable", "--in", wide, "1"]).errors.contains("UTF-16"))
  }

  @Test func formatChecksAndWrites() async throws {
    let check = try await Program.sentry.run(["format", "--check", path])
    #expect(check.status == 1)
    #expect(try text() == Self.document)
    #expect(try await Program.sentry.run(["format", "--in-place", path]).status == 0)
    #expect(try await Program.sentry.run(["format", "--check", path]).status == 0)
    #expect(try text().contains("// Mine.\n"))
  }

  @Test func nothingInADifferenceIsHidden() async throws {
    let other = try folder.write("other.plist", "( { nodeName = \"a\u{202E}b\u{200B}c\"; enabled = 1; } )")
    let run = try await Program.sentry.run(["diff", path, other])
    #expect(run.output.contains("a\\U202eb\\U200bc"))
  }

  @Test func whatTheClassicProgramReadsInsteadIsTold() async throws {
    let other = try folder.write(
      "other.plist", "( { enabled = 1; propertyName = TTL; propertyValue = 1; filterActionName = \"Delete no log\"; } )"
    )
    let run = try await Program.sentry.run(["convert", "--to", "classic", other])
    #expect(
      run.errors == """
        note: rule 1: the classic program does not know 'TTL' and reads 'Any'
        note: rule 1: the classic program does not know 'Delete no log' and reads '->'

        """)
  }

  @Test func rulesToPasteStandInBraces() async throws {
    let run = try await Program.sentry.run(["paste", path], input: Data("enabled = 1; parameter = x;".utf8))
    #expect(run.status == 65)
    #expect(run.errors.contains("a rule stands in braces: { enabled = 1; propertyName = …; … }"))
  }

  @Test func differencesComeAsJSON() async throws {
    let other = try folder.write("other.plist", Self.document.replacing("one", with: "uno"))
    let run = try await Program.sentry.run(["diff", "--format", "json", path, other])
    #expect(run.status == 1)
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let rule = try #require((report["rules"] as? [[String: Any]])?.first)
    #expect(rule["kind"] as? String == "changed")
    #expect((rule["fields"] as? [[String: String]])?.first == ["field": "nodeName", "old": "one", "new": "uno"])
    #expect(try await Program.sentry.run(["diff", path, path]).status == 0)
  }
}
