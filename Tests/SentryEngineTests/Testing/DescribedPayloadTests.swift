import SentryEngine
import SentryRules
import Testing

/// Packets described in a line reach the rules that look deepest.
@Suite struct DescribedPayloadTests {
  private func failures(_ condition: String, _ tests: String) throws -> [String] {
    let document = RuleDocument(
      reading: "{ rules = ({ enabled = 1; \(condition) filterActionName = Delete; }); tests = (\(tests)); }")
    return DocumentTests.failures(of: try #require(document.ruleSet, "\(document.diagnostics)")).map(\.message)
  }

  @Test func theServerNameOfTLS() throws {
    let condition = "propertyName = \"TLS server name\"; propertyValue = \"*.example.org\";"
    #expect(
      try failures(
        condition,
        """
        { packet = "tcp me:50000 > 198.51.100.80:443 tls www.example.org"; expect = delete; },
        { packet = "tcp me:50000 > 198.51.100.80:443 tls www.example.com"; expect = pass; },
        { packets = ("tcp me:50000 > 198.51.100.80:443 syn", "tcp 198.51.100.80:443 > me:50000 syn,ack",
                     { packet = "tcp me:50000 > 198.51.100.80:443 ack seq 2 tls www.example.org bytes 0-99"; expect = pass; },
                     { packet = "tcp me:50000 > 198.51.100.80:443 ack seq 102 tls www.example.org bytes 100-";
                       expect = delete; }); }
        """) == [])
  }

  @Test func theNameThatIsAsked() throws {
    let condition = "propertyName = \"DNS name\"; propertyValue = \"*.example.org\";"
    #expect(
      try failures(
        condition,
        """
        { packet = "udp me:50000 > 192.0.2.53:53 dns www.example.org"; expect = delete; },
        { packet = "udp me:50000 > [2001:db8::53]:53 dns www.example.org aaaa"; expect = delete; },
        { packet = "udp me:50000 > 192.0.2.53:53 dns www.example.com"; expect = pass; }
        """) == [])
  }

  @Test func theAddressOfAPage() throws {
    let condition = "propertyName = \"URL keyword\"; propertyValue = \"example.org\";"
    #expect(
      try failures(
        condition,
        """
        { packet = "tcp me:50000 > 198.51.100.80:80 http GET /index.html host www.example.org"; expect = delete; },
        { packet = "tcp me:50000 > 198.51.100.80:80 http GET /?for=example.org"; expect = delete; },
        { packet = "tcp me:50000 > 198.51.100.80:80 http GET /index.html host www.example.com"; expect = pass; }
        """) == [])
  }

  @Test func theTimeOfDay() throws {
    let condition = "propertyName = \"Time of day\"; propertyValue = \"22:00-6:00\";"
    #expect(
      try failures(
        condition,
        """
        { packet = "udp 203.0.113.9:1 > me:2"; expect = pass; },
        { packet = 'udp 203.0.113.9:1 > me:2 at "2026-05-06 23:30:00"'; expect = delete; },
        { packets = ({ packet = 'udp 203.0.113.9:1 > me:2 at "2026-05-06 21:59:59"'; expect = pass; },
                     { after = 1; packet = "udp 203.0.113.9:1 > me:2"; expect = delete; }); }
        """) == [])
  }

  @Test func numbersOfTheHeaders() throws {
    for (condition, word) in [
      ("propertyName = TTL; relationName = \"<=\"; propertyValue = 1;", "ttl 1"),
      ("propertyName = DSCP; propertyValue = \"46 (ef)\";", "dscp ef"),
      ("propertyName = VLAN; propertyValue = 7;", "vlan 7"),
      ("propertyName = \"Packet length\"; relationName = \">=\"; propertyValue = 1500;", "size 1500"),
      ("propertyName = IPOptions; propertyValue = \"3 (loose source route)\";", "ip-option loose-source-route"),
      (
        "propertyName = \"Source MAC Address\"; propertyValue = \"02:00:00:00:00:0a\";",
        "mac 02:00:00:00:00:0a > 02:00:00:00:00:0b"
      ),
    ] {
      #expect(
        try failures(
          condition,
          """
          { packet = "udp 203.0.113.9:1 > me:2 \(word)"; expect = delete; },
          { packet = "udp 203.0.113.9:1 > me:2"; expect = pass; }
          """) == [], "\(word)")
    }
  }
}
