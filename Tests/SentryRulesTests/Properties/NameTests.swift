import SentryRules
import Testing

@Test(arguments: ["TLS server name", "DNS name"])
func hostNames(property: String) throws {
  func packet(_ name: String?) -> TestPacket {
    property == "DNS name" ? TestPacket(dnsName: name) : TestPacket(serverName: name)
  }
  let rows: [ConditionCase] = [
    ConditionCase(property, .equal, "www.example.org", "that name", packet("www.example.org"), true),
    ConditionCase(property, .equal, "WWW.Example.ORG.", "that name", packet("www.example.org"), true),
    ConditionCase(property, .equal, "www.example.org", "a name below it", packet("a.www.example.org"), false),
    ConditionCase(property, .equal, "*.example.org", "a name below it", packet("www.example.org"), true),
    ConditionCase(property, .equal, "*.example.org", "a name far below it", packet("a.b.example.org"), true),
    ConditionCase(property, .equal, "*.example.org", "itself", packet("example.org"), false),
    ConditionCase(property, .equal, "*.example.org", "a name that merely ends so", packet("badexample.org"), false),
    ConditionCase(property, .equal, "example.org (ours)", "that name", packet("example.org"), true),
    ConditionCase(
      property, .equal, "_dmarc.xn--bcher-kva.example", "that name", packet("_dmarc.xn--bcher-kva.example"), true),
    ConditionCase(property, .equal, "example.org", "a packet without a name", packet(nil), false),
    ConditionCase(property, .notEqual, "example.org", "a packet without a name", packet(nil), true),
    ConditionCase(property, .notEqual, "*.example.org", "another name", packet("example.net"), true),
  ]
  for row in rows { try row.expect() }
}

@Test(arguments: [
  ConditionCase("URL keyword", .equal, "admin", "a request for it", TestPacket(requestText: "GET /ADMIN.php"), true),
  ConditionCase(
    "URL keyword", .equal, "Example.org", "its host", TestPacket(requestText: "host: www.example.org"), true),
  ConditionCase(
    "URL keyword", .equal, "admin (page)", "a request for another", TestPacket(requestText: "GET /admin"), false),
  ConditionCase(
    "URL keyword", .equalIgnoringCase, "admin", "a request for it", TestPacket(requestText: "GET /admin"), true),
  ConditionCase("URL keyword", .notEqual, "admin", "a datagram", .udp(), true),
  ConditionCase("URL keyword", .atLeast, "admin", "a request for it", TestPacket(requestText: "GET /admin"), true),
])
func urlKeywords(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  ConditionCase("Connection state", .equal, "new", "a first packet", TestPacket(connectionState: .new), true),
  ConditionCase("Connection state", .equal, "new", "a known flow", TestPacket(connectionState: .established), false),
  ConditionCase(
    "Connection state", .equal, "closing, None", "a stray packet", TestPacket(connectionState: .none), true),
  ConditionCase(
    "Connection state", .equal, "closing, none", "a last packet", TestPacket(connectionState: .closing), true),
  ConditionCase(
    "Connection state", .notEqual, "closing,none", "a first packet", TestPacket(connectionState: .new), true),
  ConditionCase(
    "Connection state", .equal, "established (both ways)", "a flow", TestPacket(connectionState: .established), true),
])
func connectionStates(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("DNS name", "", "'DNS name' needs a value"),
  RefusedValue("DNS name", "*", "expected a host name"),
  RefusedValue("DNS name", "*.", "expected a host name"),
  RefusedValue("DNS name", "www..example.org", "found 'www..example.org'"),
  RefusedValue("DNS name", "www.*.org", "expected a host name"),
  RefusedValue("TLS server name", "bücher.example", "is not ASCII"),
  RefusedValue("TLS server name", "https://example.org/", "expected a host name"),
  RefusedValue("TLS server name", String(repeating: "a", count: 64), "expected a host name"),
  RefusedValue("TLS server name", String(repeating: "abc.", count: 64) + "org", "expected a host name"),
  RefusedValue("URL keyword", "", "'URL keyword' needs a value"),
  RefusedValue("URL keyword", "admin\\", "backslash"),
  RefusedValue("Connection state", "open", "expected new, established, closing or none"),
  RefusedValue("Connection state", "new,", "found nothing in 'new,'"),
  RefusedValue("Connection state", "estabished", "did you mean 'established'?"),
])
func refusedNames(_ row: RefusedValue) { row.expect() }
