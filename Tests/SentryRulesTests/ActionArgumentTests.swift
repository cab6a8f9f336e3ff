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

@Test(arguments: [
  "ping://192.0.2.2", "PING://router.example.org/", "ping://2001:db8::1", "ping://[2001:db8::1]",
  "scan://192.0.2.2:1-99",
  "lookup://www.example.org", "lookup://192.0.2.2", "tcp://192.0.2.2:80", "tcp://[2001:db8::1]:22",
  " tcp://localhost:1 ",
  "http://example.org", "https://user:secret@example.org:8443/alarm?who=me#top",
])
func probes(text: String) throws { #expect(try URLAction.argument(of: text) == .none) }

@Test(arguments: [
  ("", "needs what to probe"), ("192.0.2.2", "did you mean 'http://192.0.2.2'?"), ("call me", "found 'call me'"),
  ("gopher://192.0.2.2", "expected ping://host"),
  ("ftp://192.0.2.2/pub/list", "expected ping://host"), ("file:///etc/passwd", "expected ping://host"),
  ("ping:192.0.2.2", "expected ping://host"),
  ("ping://", "the name or address of a host"), ("ping://192.0.2.256", "the name or address of a host"),
  ("ping://192.0.2.2:80", "the name or address of a host"), ("ping://[192.0.2.2]", "the name or address of a host"),
  ("lookup://www..org", "the name or address of a host"), ("http:///index", "the name or address of a host"),
  ("http://user@", "the name or address of a host"),
  ("tcp://192.0.2.2", "a port from 1 to 65535"), ("tcp://192.0.2.2:0", "a port from 1 to 65535"),
  ("tcp://192.0.2.2:65536", "a port from 1 to 65535"), ("tcp://192.0.2.2:+5", "a port from 1 to 65535"),
  ("http://example.org:web/", "a port from 1 to 65535"), ("http://example.org/my page", "a blank"),
])
func refusedProbes(text: String, message: String) { refuses(URLAction.self, text, message) }

@Test(arguments: ["", "the server is down", "admin@example.org", " first.last+tag@mail.example.org "])
func mailParameters(text: String) throws { #expect(try EmailAction.argument(of: text) == .none) }

@Test(arguments: [
  "@", "admin@", "@example.org", "see you @ noon", "a@example.org, b@example.org", "Admin <a@example.org>",
  "a..b@c.org",
  "a@exa mple.org", "a@b@c", "a@example..org", "-oQ/tmp@example.org", "|sh@example.org", "/etc/x@example.org",
  "jürgen@example.org",
])
func refusedMailParameters(text: String) { refuses(EmailAction.self, text, "expected one mail address") }

@Test(arguments: [
  ("5", true), ("0.5 s", true), ("10 Seconds", true), ("", false), ("a forged reset", false), ("2nd try", false),
])
func delaysTakeNoTime(text: String, isOdd: Bool) {
  let document = RuleDocument(
    reading:
      #"( { enabled = 1; propertyName = "Dest port"; propertyValue = 7; filterActionName = Delay; parameter = "\#(text)"; } )"#
  )
  #expect(document.diagnostics.map(\.id) == (isOdd ? [.oddValue] : []))
}

@Test func scriptNamesAreNotEndless() {
  refuses(ScriptAction.self, String(repeating: "x", count: 256), "expected the name of a file")
  refuses(ScriptAction.self, "a\nb", "expected the name of a file")
}

private func refuses(_ action: any Action.Type, _ parameter: String, _ message: String) {
  do {
    _ = try action.argument(of: parameter)
    Issue.record("accepted: '\(parameter)'")
  } catch {
    #expect((error.message + (error.hint ?? "")).contains(message), "\(error.message)")
  }
}
