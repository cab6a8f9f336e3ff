import SentryDiagnostics
import SentryPacket
import SentryRules
import Testing

private func lists(_ text: String, settings: String = "") throws -> [ListSubscription] {
  try ruleSet("{ rules = ( { nodeName = all; enabled = 1; } ); lists = ( \(text) ); settings = { \(settings) }; }")
    .lists
}

private func expectList(_ marked: String, location: SourceLocation = #_sourceLocation) {
  expectDocument(
    "{ rules = ( { nodeName = all; enabled = 1; } ); lists = ( \(marked) ); }", .badList, location: location)
}

@Suite struct ListsReaderTests {
  @Test func aListIsReadWhole() throws {
    let list = try #require(
      try lists(
        """
        { name = "spamhaus.drop-4_"; source = "https://lists.example/drop.txt"; format = drop; table = address;
          refresh = 6h; enabled = 0; duration = 2d; atMost = 5000; }
        """
      ).first)
    #expect(list.name == "spamhaus.drop-4_" && list.source == .page("https://lists.example/drop.txt"))
    #expect(list.format == .drop && list.table == .address && !list.isEnabled)
    #expect(list.refreshSeconds == 21_600 && list.durationSeconds == 172_800 && list.entryLimit == 5_000)
    #expect(list.note == "list spamhaus.drop-4_")
  }

  @Test func whatIsNotSaidIsUsual() throws {
    let list = try #require(try lists("{ name = own; source = \"/etc/sentry/own.txt\"; }").first)
    #expect(list.source == .file("/etc/sentry/own.txt"))
    #expect(list.format == .plain && list.table == .trigger && list.isEnabled)
    #expect(list.refreshSeconds == 86_400 && list.durationSeconds == nil && list.entryLimit == 100_000)
    #expect(
      try lists("{ name = own; source = \"/own\"; }", settings: "addressCapacity = 50;").first?.entryLimit == 50)
  }

  @Test(arguments: [
    "«hello»",
    "«{ source = \"/own\"; }»",
    "«{ name = own; }»",
    "{ name = «\"own list\"»; source = \"/own\"; }",
    "{ name = «\"..\"»; source = \"/own\"; }",
    "{ name = «\"a/b\"»; source = \"/own\"; }",
    "{ name = «\"\"»; source = \"/own\"; }",
    "{ name = «abcdefghijklmnopqrstuvwxyzabcdefg»; source = \"/own\"; }",
    "{ name = own; source = «\"own.txt\"»; }",
    "{ name = own; source = «\"ftp://lists.example/own\"»; }",
    "{ name = own; source = «\"ping://lists.example\"»; }",
    "{ name = own; source = «\"http://\"»; }",
    "{ name = own; source = «\"https://lists.example/a b\"»; }",
    "{ name = own; source = «\"/own/\"»; }",
    "{ name = own; source = «( a )»; }",
    "{ name = own; source = \"/own\"; format = «csv»; }",
    "{ name = own; source = \"/own\"; table = «blocked»; }",
    "{ name = own; source = \"/own\"; refresh = «9»; }",
    "{ name = own; source = \"http://lists.example/\"; refresh = «299»; }",
    "{ name = own; source = \"/own\"; refresh = «31d»; }",
    "{ name = own; source = \"/own\"; refresh = «\"1 h\"»; }",
    "{ name = own; source = \"/own\"; refresh = «99999999999d»; }",
    "{ name = own; source = \"/own\"; duration = «0»; }",
    "{ name = own; source = \"/own\"; duration = «forever»; }",
    "{ name = own; source = \"/own\"; atMost = «0»; }",
    "{ name = own; source = \"/own\"; atMost = «1000001»; }",
    "{ name = own; source = \"/own\"; atMost = «131073»; }",
    "{ name = own; source = \"/own\"; }, { name = «own»; source = \"/other\"; }",
  ])
  func everyMistakeIsFound(_ marked: String) { expectList(marked) }

  @Test func theSmallestAndLargestAreAccepted() throws {
    for refresh in ["10", "30d", "2592000"] {
      #expect(try lists("{ name = own; source = \"/own\"; refresh = \(refresh); }").count == 1)
    }
    for refresh in ["300", "5m"] {
      #expect(try lists("{ name = own; source = \"HTTP://lists.example/\"; refresh = \(refresh); }").count == 1)
    }
  }

  @Test func slipsInKeysAreTold() {
    expectDocument(
      "{ rules = ( { nodeName = all; enabled = 1; } ); lists = ( { name = a; source = \"/a\"; «tabel» = address; } ); }",
      .unknownKey)
    expectDocument("{ rules = ( { nodeName = all; enabled = 1; } ); lists = «{ name = a; }»; }", .wrongType)
  }

  /// Who can change what comes over the wire would let himself in.
  @Test func aListThatAuthorizesIsNotFetchedUnprotected() {
    func expect(_ list: String, _ ids: Diagnostic.ID...) {
      let text = "{ rules = ( { nodeName = all; enabled = 1; } ); lists = ( { name = a; \(list) } ); }"
      let document =
        ids.isEmpty ? expectDocument(text) : expectDocument(text, .authorizesUnprotected)
      #expect(document.ruleSet?.lists.count == 1, "it runs all the same")
    }
    expect("source = «\"http://lists.example/a\"»; table = authorize;", .authorizesUnprotected)
    expect("source = «\"HTTP://lists.example/a\"»; table = authorize;", .authorizesUnprotected)
    expect("source = \"https://lists.example/a\"; table = authorize;")
    expect("source = \"/etc/sentry/a\"; table = authorize;")
    expect("source = \"http://lists.example/a\"; table = trigger;")
    expect("source = \"http://lists.example/a\"; table = authorize; enabled = 0;")
  }

  @Test func passwordsAreNotShown() throws {
    let list = try #require(try lists("{ name = a; source = \"https://bob:secret@lists.example/a@b\"; }").first)
    #expect("\(list.source)" == "https://lists.example/a@b")
  }

  @Test(arguments: [("list own", "own"), ("list ", nil), ("list of mine", nil), ("own", nil)] as [(String, String?)])
  func whoEnteredAnEntryIsReadBack(_ note: String, _ name: String?) {
    #expect(ListSubscription.name(inNote: note) == name)
  }
}
