import SentryDiagnostics
import SentryRules
import Testing

private func document(_ applications: String) -> String {
  "{ rules = ( { nodeName = all; enabled = 1; } ); settings = { applications = \(applications); }; }"
}

@Suite struct ApplicationSettingsTests {
  @Test func everythingIsRead() throws {
    let read = try ruleSet(document("{ unknown = allow; timeout = 2m; otherwise = allow; }")).settings.applications
    let settings = try #require(read)
    #expect(settings.unknown == .allow && settings.timeoutSeconds == 120 && settings.otherwise == .allow)
  }

  @Test func whatIsNotSaidIsUsual() throws {
    let settings = try #require(try ruleSet(document("{ }")).settings.applications)
    #expect(settings.unknown == .ask && settings.timeoutSeconds == 30 && settings.otherwise == .deny)
    #expect(try ruleSet("( { enabled = 1; } )").settings.applications == nil)
  }

  @Test(arguments: ["{ }", "{ unknown = deny; }", "{ timeout = 1; otherwise = allow; }"])
  func itIsWrittenAsItWasRead(_ text: String) throws {
    let rules = try ruleSet(document(text))
    #expect(try ruleSet(CanonicalDocument.text(of: rules)) == rules)
  }

  @Test(arguments: [
    "«ask»", "{ unknown = «perhaps»; }", "{ timeout = «0»; }", "{ timeout = «301»; }", "{ timeout = «soon»; }",
    "{ otherwise = «ask»; }",
  ])
  func whatCannotBeMeantIsSaid(_ marked: String) { expectDocument(document(marked), .badSetting) }

  @Test func anUnknownKeyIsSaid() { expectDocument(document("{ «timeuot» = 30; }"), .unknownKey) }
}
