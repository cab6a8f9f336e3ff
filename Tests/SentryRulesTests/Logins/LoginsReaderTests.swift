import SentryDiagnostics
import SentryRules
import Testing

private func document(_ logins: String) -> String {
  "{ rules = ( { nodeName = all; enabled = 1; } ); settings = { logins = \(logins); }; }"
}

private func expectLogins(_ marked: String, location: SourceLocation = #_sourceLocation) {
  expectDocument(document(marked), .badSetting, location: location)
}

@Suite struct LoginsReaderTests {
  private static let whole = """
    { failures = 5; window = 10m; block = 30s; growth = 2; longestBlock = 1d; sources = (
        { journal = ssh; services = ( sshd, vsftpd ); },
        { file = "/var/log/app.log"; name = app; program = appd;
          failed = ( "login of <user> from <address> failed" ); succeeded = "login of <word> from <address>"; } ); }
    """

  @Test func everythingIsRead() throws {
    let logins = try ruleSet(document(Self.whole)).settings.logins
    #expect(logins.failures == 5 && logins.windowSeconds == 600 && logins.blockSeconds == 30)
    #expect(logins.growth == 2 && logins.longestBlockSeconds == 86_400)
    #expect(logins.sources.map(\.place) == [.journal("ssh.service"), .file("/var/log/app.log")])
    #expect(logins.sources.map(\.services) == [["sshd", "vsftpd"], []])
    let own = try #require(logins.sources.last?.own)
    #expect(own.name == "app" && own.program == "appd")
    #expect(
      own.failed == ["login of <user> from <address> failed"] && own.succeeded == ["login of <word> from <address>"])
  }

  @Test func whatIsNotSaidIsUsual() throws {
    let logins = try ruleSet(document("{ sources = ( { file = \"/var/log/auth.log\"; services = sshd; } ); }")).settings
      .logins
    #expect(logins.failures == 10 && logins.windowSeconds == 3_600 && logins.blockSeconds == 900)
    #expect(logins.growth == 4 && logins.longestBlockSeconds == 604_800)
  }

  /// syslog keeps what is in the journal, too; several files are of several hosts or units.
  @Test func aServiceInTheJournalAndInAFileIsTold() throws {
    expectLogins(
      """
      { sources = ( { journal = ssh; services = ( sshd, vsftpd ); },
        «{ file = "/var/log/auth.log"; services = ( dovecot, sshd ); }» ); }
      """)
    let apart = document(
      """
      { sources = ( { journal = ssh; services = sshd; }, { journal = "ssh-inside"; services = sshd; },
        { file = "/var/log/a.log"; services = nginx; }, { file = "/var/log/b.log"; services = nginx; } ); }
      """)
    #expect(RuleDocument(reading: Array(apart.utf8)).diagnostics == [])
  }

  @Test func itIsWrittenAsItWasRead() throws {
    let rules = try ruleSet(document(Self.whole))
    #expect(try ruleSet(CanonicalDocument.text(of: rules)) == rules)
    // A block longer than a week is no shorter than itself.
    let long = try ruleSet(document("{ block = 30d; }"))
    #expect(long.settings.logins.longestBlockSeconds == 2_592_000)
    #expect(try ruleSet(CanonicalDocument.text(of: long)) == long)
  }

  @Test(arguments: [
    "«sshd»",
    "{ failures = «0»; }",
    "{ failures = «101»; }",
    "{ window = «soon»; }",
    "{ window = «8d»; }",
    "{ block = «0»; }",
    "{ block = 1h; longestBlock = «15m»; }",
    "{ growth = «many»; }",
    "{ sources = «\"/var/log/auth.log\"»; }",
    "{ sources = ( «\"/var/log/auth.log\"» ); }",
    "{ sources = ( «{ services = sshd; }» ); }",
    "{ sources = ( «{ file = \"/a\"; journal = ssh; services = sshd; }» ); }",
    "{ sources = ( «{ file = \"/a\"; }» ); }",
    "{ sources = ( { file = «\"auth.log\"»; services = sshd; } ); }",
    "{ sources = ( { journal = «\"--file=x\"»; services = sshd; } ); }",
    "{ sources = ( { journal = «\"a b\"»; services = sshd; } ); }",
    "{ sources = ( { file = \"/a\"; services = «ssh»; } ); }",
    "{ sources = ( { file = \"/a\"; services = sshd; }, «{ file = \"/a\"; services = vsftpd; }» ); }",
    "{ sources = ( { file = \"/a\"; failed = «\"login failed\"»; } ); }",
    "{ sources = ( { file = \"/a\"; failed = «\"<user> from <address>\"»; } ); }",
    "{ sources = ( { file = \"/a\"; services = sshd; succeeded = «\"login from <address>\"»; } ); }",
    "{ sources = ( { file = \"/a\"; name = «\"a b\"»; failed = \"login from <address>\"; } ); }",
  ])
  func whatCannotBeUsedIsToldInItsPlace(_ marked: String) { expectLogins(marked) }

  @Test func unknownKeysAreTold() {
    expectDocument(document("{ «fails» = 3; }"), .unknownKey)
    expectDocument(document("{ sources = ( { file = \"/a\"; «service» = sshd; services = sshd; } ); }"), .unknownKey)
  }

  @Test func aDifferenceIsTold() throws {
    let old = try ruleSet(document("{ failures = 5; }"))
    let new = try ruleSet(document("{ failures = 6; }"))
    #expect(RuleDifference(from: old, to: new).settings.map(\.field) == ["logins"])
  }
}
