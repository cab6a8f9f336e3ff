import SentryDiagnostics
import SentryRules
import Testing

/// A rule by name and number as a document may give them, and what it is.
private func rule(_ entries: String) throws -> String {
  try #require(try ruleSet("({ enabled = 1; \(entries) })").lines.first)
}

@Test func theNameDecides() throws {
  #expect(
    try rule("propertyName = \"Dest port\"; propertyValue = 23; filterActionName = Delete;")
      == "1 Dest port == 23: Delete")
}

@Test func withoutANameTheNumberDecides() throws {
  #expect(
    try rule("property = 19; relation = 3; propertyValue = 23; filterAction = 10;") == "1 Dest port >= 23: Authorize")
}

@Test func withoutEitherTheDefaultsHold() throws {
  #expect(try rule("") == "1 Any ==: ->")
  #expect(try rule("propertyName = \"\"; relationName = \"\"; filterActionName = \"\";") == "1 Any ==: ->")
}

@Test func aNumberInPlaceOfTheNameIsANumber() throws {
  #expect(try rule("propertyName = 0; relationName = 0; filterActionName = 5;") == "1 Any ==: Delete")
}

@Test func anUnknownNameWithAKnownNumberIsAWarning() {
  let document = expectDocument(
    """
    ({ enabled = 1; propertyName = «"Dest harbour"»; property = 19; propertyValue = 23;
       filterActionName = «Obliterate»; filterAction = 5; })
    """,
    .unknownProperty, .unknownAction)
  #expect(document.outcome == ["unknownProperty warning", "unknownAction warning"])
  #expect(document.ruleSet?.lines == ["1 Dest port == 23: Delete"])
}

@Test func anUnknownNameAloneIsAnErrorWithAHint() {
  let document = expectDocument(
    """
    ({ enabled = 1; propertyName = «"Dest prot"»; relationName = «"=>"»; propertyValue = 23; filterActionName = «Delet»; })
    """, .unknownProperty, .unknownRelation, .unknownAction)
  #expect(document.ruleSet == nil)
  #expect(
    document.diagnostics.map(\.message) == [
      "no property is called 'Dest prot'", "no relation is called '=>'", "no action is called 'Delet'",
    ])
  #expect(document.diagnostics.first?.hint == "did you mean 'Dest port'?")
  #expect(document.diagnostics.last?.hint == "did you mean 'Delete'?")
}

@Test func anUnknownNameWithAnUnknownNumberIsAnError() {
  expectDocument("({ enabled = 1; propertyName = «Weather»; property = 99; })", .unknownProperty)
  expectDocument("({ enabled = 1; filterAction = «99»; })", .unknownAction)
  expectDocument("({ enabled = 1; relation = «5»; })", .unknownRelation)
  expectDocument("({ enabled = 1; property = «-1»; })", .unknownProperty)
}

@Test func aDisagreeingNumberIsOneNote() {
  let document = expectDocument(
    """
    (
      { enabled = 1; propertyName = «Protocol»; property = 3; propertyValue = 6; },
      { enabled = 1; propertyName = Protocol; property = 4; propertyValue = 6; },
      { enabled = 1; propertyName = Protocol; property = 10; propertyValue = 6; }
    )
    """, .nameNumberMismatch)
  #expect(document.outcome == ["nameNumberMismatch note"])
  #expect(document.ruleSet?.lines.first == "1 Protocol == 6: ->")
}

@Test func laterWordsByNumber() {
  let document = expectDocument(
    "({ enabled = 1; property = 23; propertyValue = \"8:30\"; filterAction = «15»; parameter = \"192.0.2.254\"; })",
    .assumedGeneration)
  #expect(document.ruleSet?.lines.first == "1 Time of day == 8:30: Route to [192.0.2.254]")
}

@Test func separatorsNeverMatch() throws {
  let rules = try ruleSet("({ enabled = 1; propertyName = \"__1\"; property = 7; }, { enabled = 1; property = 15; })")
  #expect(rules.lines == ["1 None ==: ->", "2 None ==: ->"])
}

// MARK: Generations

@Test func middleNumbersAreReadAsSuch() throws {
  // Log is 15 in the middle generation, 16 in the newest; so 10 is Trigger here, and Authorize there.
  let rules = try ruleSet(
    "({ enabled = 1; filterAction = 15; filterActionName = Log; }, { enabled = 1; filterAction = 10; })")
  #expect(rules.lines == ["1 Any ==: Log", "2 Any ==: Trigger"])
}

@Test func newestNumbersAreReadAsSuch() throws {
  let rules = try ruleSet(
    "({ enabled = 1; filterAction = 16; filterActionName = Log; }, { enabled = 1; filterAction = 10; })")
  #expect(rules.lines == ["1 Any ==: Log", "2 Any ==: Authorize"])
}

@Test func pairsThatFitSeveralGenerationsMeanTheNewest() throws {
  let rules = try ruleSet(
    "({ enabled = 1; filterAction = 5; filterActionName = Delete; }, { enabled = 1; filterAction = 12; })")
  #expect(rules.lines == ["1 Any ==: Delete", "2 Any ==: Delay"])
}

@Test func propertiesAndActionsAreJudgedSeparately() throws {
  // Properties of 2003 (Dest port is 17), actions of the newest generation.
  let rules = try ruleSet(
    """
    (
      { enabled = 1; property = 17; propertyName = "Dest port"; propertyValue = 80;
        filterAction = 16; filterActionName = Log; },
      { enabled = 1; property = 14; propertyValue = rst; filterAction = 12; }
    )
    """)
  #expect(rules.lines == ["1 Dest port == 80: Log", "2 TCP header flags == rst: Delay"])
}

@Test func bareActionNumbersOf2003AreRefused() {
  let document = expectDocument(
    """
    (
      { enabled = 1; filterAction = 7; filterActionName = Delay; },
      { enabled = 1; filterAction = 7; },
      { enabled = 1; filterAction = 0; },
      { enabled = 1; filterAction = «5»; }
    )
    """, .ambiguousNumber)
  #expect(document.diagnostics.first?.hint == "give the action by name")
}

@Test func anAliasVotesToo() throws {
  let rules = try ruleSet(
    "({ enabled = 1; filterAction = 16; filterActionName = \"Don't log\"; }, { enabled = 1; filterAction = 11; })")
  #expect(rules.lines == ["1 Any ==: Dont log", "2 Any ==: Delay"])
}

/// What other firewalls say.
@Test(arguments: [
  ("Drop", "did you mean 'Delete' or 'Drop connection'?"), ("ACCEPT", "did you mean 'Pass'?"),
  ("deny", "did you mean 'Delete' or 'Reject'?"), ("Delette", "did you mean 'Delete'?"),
])
func actionsOfOtherFirewallsAreKnown(_ word: String, _ hint: String) {
  let document = expectDocument("({ enabled = 1; filterActionName = «\(word)»; })", .unknownAction)
  #expect(document.diagnostics.first?.hint == hint)
}

@Test func aHopThatIsThisHostIsDoubtful() {
  for hop in ["::1", "127.0.0.1"] {
    let document = expectDocument(
      "({ enabled = 1; filterActionName = \"Route to\"; parameter = «\"\(hop)\"»; })", .oddValue)
    #expect(document.diagnostics.first?.message == "\(hop) is this host itself: nothing can be sent on through it")
  }
}
