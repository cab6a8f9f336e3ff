import SentryRules
import Testing

@Test func canonicalTextIsMinimalAndNamed() throws {
  let text = CanonicalDocument.text(
    of: try ruleSet(
      """
      ({ enabled = 1; filterAction = 0; property = 0; expandedState = 1; nodeNumber = "7"; nodeName = "all of it";
         children = (
         { enabled = 0; property = 19; relation = 3; propertyValue = "137-139 (NetBIOS)"; filterAction = 16;
           parameter = "say \\"so\\""; }
      ); })
      """))
  let words = text.split { $0.isWhitespace }.joined(separator: " ")
  #expect(
    words == """
      { rules = ( { /* 1 */ nodeName = "all of it"; enabled = 1; propertyName = Any; children = ( { /* 1.1 */ \
      enabled = 0; propertyName = "Dest port"; relationName = ">="; propertyValue = "137-139 (NetBIOS)"; \
      filterActionName = Log; \
      parameter = "say \\"so\\""; } ); } ); }
      """)
}

@Test func canonicalTextReadsAsTheSameRuleSet() throws {
  let rules = try ruleSet(
    """
    {
      rules = ({ enabled = 1; observe = 1; children = ({ nodeName = "é \\n"; }, 
          { propertyName = Protocol; propertyValue = 6; filterActionName = Pass; }); },
               { enabled = 1; propertyName = Interface; propertyValue = en0; });
      interfaces = ({ name = en0; external = 0; });
      settings = { triggerDuration = unlimited; triggerIPv6Prefix = 48; addressCapacity = 1; connectionCapacity = 2;
        fragmentCapacity = 3; triggersPerMinute = unlimited; triggerProof = repeated; observe = 1;
        delayCapacity = 4; delaySeconds = "0.25"; local = ("192.0.2.0/24", "192.0.2.1-5", "::1");
        protected = ("198.51.100.53", "2001:db8:1::/48");
        interfaceNames = { en0 = eth0; };
        malformed = pass; blockIPv6 = 1; helpers = (tftp, "ftp 2121"); blockedPage = "<p>\\n No."; mailTo = "a@example.org"; mailFrom = "b@example.org"; mailsPerMinute = 4;
        notificationsPerMinute = 50; notificationsPerRule = 5; };
      tests = ({ packet = "udp 203.0.113.9:1 > me:2"; expect = pass; });
      SentryDocument_natArray = (1, { a = b; });
    }
    """)
  let text = CanonicalDocument.text(of: rules)
  let again = try ruleSet(text)
  #expect(again == rules, "\(text)")
  #expect(CanonicalDocument.text(of: again) == text)
}

@Test func aDocumentThatIsTextIsAppliedAsItIs() throws {
  let text = "// mine\n( { enabled = 1; } )\n"
  #expect(RuleDocument(reading: text).appliedText == text)
  #expect(RuleDocument(reading: "( { enabled = ; } )").appliedText == nil)
}

@Test func otherDocumentsAreAppliedAsCanonicalText() throws {
  let document = RuleDocument(
    reading: "<plist version=\"1.0\"><array><dict><key>enabled</key><true/></dict></array></plist>")
  let text = try #require(document.appliedText)
  #expect(text.contains("/* 1 */"))
  #expect(try ruleSet(text) == document.ruleSet)
}
