import SentryPacket
import Testing

@testable import SentryRules

// Reference values: K, M and G are powers of 1000, and the whole fraction counts.
@Test(arguments: [
  ("56000", 56_000), ("100K", 100_000), ("1.5M", 1_500_000), ("2.5K", 2_500), ("1.25M", 1_250_000), ("64k", 64_000),
  ("1m", 1_000_000), ("2g", 2_000_000_000), ("0.5k", 500), ("1.2345k", 1234), ("10 M", 10_000_000),
  ("8K (slow)", 8_000),
  ("1000G", 1_000_000_000_000),
])
func rates(text: String, bitsPerSecond: UInt64) throws {
  for action in [RateLimitInAction.self, RateLimitOutAction.self, RateLimitAction.self] as [any Action.Type] {
    #expect(try action.argument(of: text) == .rate(bitsPerSecond))
  }
}

@Test(arguments: [
  "", "fast", "0", "0.0001k", "-5", "1.5.2M", ".5M", "1.M", "5T", "1001G", "99999999999999999999G", "٥",
])
func refusedRates(text: String) {
  #expect(throws: ValueError.self) { try RateLimitInAction.argument(of: text) }
}

@Test func nextHops() throws {
  #expect(
    try RouteToAction.argument(of: "192.0.2.254 (the other router)") == .nextHop(try #require(IPAddress("192.0.2.254")))
  )
  #expect(try RouteToAction.argument(of: "2001:db8::1") == .nextHop(try #require(IPAddress("2001:db8::1"))))
  for text in ["", "router", "192.0.2.0/24", "192.0.2.256", "0.0.0.0", "224.0.0.1", "255.255.255.255", "ff02::1"] {
    #expect(throws: ValueError.self) { try RouteToAction.argument(of: text) }
  }
}

@Test func scriptsAreNamesOfFiles() throws {
  for text in ["", "tell.sh", "Tell everybody.scpt"] { #expect(try ScriptAction.argument(of: text) == .none) }
  for text in ["/bin/sh", "../tell.sh", "scripts/tell.sh", ".hidden", "a\0b"] {
    #expect(throws: ValueError.self) { try ScriptAction.argument(of: text) }
  }
  #expect(ScriptAction.classicName == "AppleScript")
}

@Test func aDocumentWithABadParameterDoesNotRun() {
  let document = RuleDocument(
    reading: #"( { enabled = 1; propertyName = Any; filterActionName = "Rate limit in"; parameter = fast; } )"#)
  #expect(document.hasErrors)
  #expect(document.diagnostics.map(\.id) == [.badParameter])
  #expect(document.diagnostics.first?.message.hasPrefix("Rate limit in: expected bits per second") == true)
}
