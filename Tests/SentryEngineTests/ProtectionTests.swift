import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

private let telnet = rule("Dest port", "==", "23", then: "Trigger")
private let blocked = rule("Include", "==", "trigger", then: "Delete")

/// Addresses that no rule can trigger.
@Suite struct ProtectionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let protected: String
    let source: String
    var entered: String?

    init(_ what: String, _ protected: String, from source: String, enters entered: String? = nil) {
      testDescription = what
      self.protected = protected
      self.source = source
      self.entered = entered
    }

    var probe: [UInt8] {
      Frame.tcp(from: source, 40_000, to: source.contains(":") ? "2001:db8::10" : Bench.host, 23, flags: .syn)
    }
  }

  @Test(arguments: [
    Case("the address itself", "203.0.113.9", from: "203.0.113.9"),
    Case("the first of a net", "203.0.113.8/29", from: "203.0.113.8"),
    Case("the last of a range", "203.0.113.2-203.0.113.9", from: "203.0.113.9"),
    Case("one past a net", "203.0.113.0/29", from: "203.0.113.8", enters: "203.0.113.8"),
    Case("a mapped address", "::ffff:203.0.113.9", from: "203.0.113.9"),
    Case("IPv4, where all IPv6 is protected", "::/0", from: "203.0.113.9", enters: "203.0.113.9"),
    Case("a net that mapped addresses lie in", "203.0.113.9", from: "::5", enters: "::/64"),
    Case("an IPv6 address", "2001:db8:1::5", from: "2001:db8:1::5"),
    Case("a neighbour, whose entry would be the net of both", "2001:db8:1::5", from: "2001:db8:1::6"),
    Case("a host of the next net", "2001:db8:1::5", from: "2001:db8:1:1::5", enters: "2001:db8:1:1::/64"),
    Case("a link-local address", "fe80::1", from: "fe80::1"),
    Case("its neighbour, entered as it is", "fe80::1", from: "fe80::2", enters: "fe80::2"),
  ])
  func aProtectedSourceIsNotEntered(_ c: Case) throws {
    var bench = try Bench(telnet, settings: "protected = \"\(c.protected)\";")
    #expect(bench.judge(c.probe) == Outcome(verdict: .delete, rule: "1", logged: 1))
    #expect(bench.entries(.trigger).map(\.range.description) == [c.entered].compactMap(\.self))
    #expect(bench.events().map(\.isTriggerPrevented) == [c.entered == nil])
    #expect(bench.engine.totals.preventedTriggers == (c.entered == nil ? 1 : 0))
  }

  /// All that is told of the packet from there on says so, the leaf's own entry included; the next packet is another matter.
  @Test func whatIsToldOfThePacketSaysSo() throws {
    var bench = try Bench(
      rule("Any", then: "Log"), rule("Dest port", "==", "23", then: "Trigger", rule("Any", then: "Alert")),
      settings: "protected = \"203.0.113.9\";")
    _ = bench.judge(tcp(port: 23))
    #expect(bench.events().map(\.kind) == [.log, .alert])
    _ = bench.judge(tcp(port: 23), at: 1)
    #expect(bench.events().map(\.isTriggerPrevented) == [false, true])
    _ = bench.judge(tcp(port: 80), at: 1)
    #expect(bench.events().map(\.isTriggerPrevented) == [false])
  }

  /// Only table trigger is meant: a protected host may be kept, or be broken.
  @Test func otherTablesTakeProtectedSources() throws {
    var bench = try Bench(
      rule("Any", then: "Keep address"), rule("Any", then: "Keep invalid"), rule("Any", then: "Authorize"),
      settings: "protected = \"203.0.113.9\";")
    _ = bench.judge(udp())
    for table in [AddressTableKind.address, .invalid, .authorize] {
      #expect(bench.entries(table).map(\.range.description) == ["203.0.113.9"])
    }
  }

  /// What the engine's owner protects besides counts as much as what the document does.
  @Test func protectedHostsAreNotEnteredEither() throws {
    var bench = try Bench(telnet)
    bench.engine.setProtectedHosts(AddressSpans([try AddressRange("203.0.113.9")]))
    #expect(bench.judge(tcp(port: 23)).verdict == .delete)
    #expect(bench.entries(.trigger) == [])
    bench.engine.setProtectedHosts(AddressSpans())
    _ = bench.judge(tcp(port: 23), at: 1)
    #expect(bench.entries(.trigger).map(\.range.description) == ["203.0.113.9"])
  }

  // MARK: What is in the table already

  private func additions(_ texts: String...) throws -> [AddressAddition] {
    try texts.map { AddressAddition(range: try AddressRange($0), duration: .unlimited, triggeredBy: 0) }
  }

  @Test func whoIsProtectedLeavesTheTable() throws {
    var bench = try Bench(blocked)
    _ = bench.judge(udp())
    _ = bench.engine.add(
      try additions(
        "203.0.113.8", "203.0.113.9", "203.0.113.64/26", "203.0.113.0/24", "2001:db8:1::/64", "2001:db8:1::5"),
      to: .trigger)
    bench.engine.setProtectedHosts(
      AddressSpans(try ["203.0.113.9", "203.0.113.64/26", "2001:db8:1::5"].map { try AddressRange($0) }))
    #expect(
      Set(bench.engine.takeSpared().map(\.description)) == ["203.0.113.9", "203.0.113.64/26", "2001:db8:1::5"])
    #expect(bench.engine.takeSpared() == [])
    #expect(
      bench.entries(.trigger).map(\.range.description) == ["203.0.113.0/24", "203.0.113.8", "2001:db8:1::/64"])
  }

  @Test func applyingADocumentTakesItsProtectedHostsOut() throws {
    var bench = try Bench(telnet)
    _ = bench.judge(tcp(port: 23))
    _ = bench.judge(tcp(from: "203.0.113.8", port: 23))
    let old = bench.engine.rules.ruleSet
    let new = try Bench.ruleSet("{ rules = ( \(telnet) ); settings = { protected = \"203.0.113.9\"; }; }")
    _ = bench.engine.install(
      LoadedRules(new, generation: 2, labels: bench.labels), pairing: RulePairing(old: old, new: new),
      interfaces: bench.engine.interfaces)
    #expect(bench.entries(.trigger).map(\.range.description) == ["203.0.113.8"])
    #expect(bench.engine.takeSpared().map(\.description) == ["203.0.113.9"])
  }

  /// A range that somebody entered may reach farther than what is protected: it stays, but not for whom it must not block.
  @Test func includeDoesNotFindAProtectedSource() throws {
    var bench = try Bench(
      blocked, rule("Include", "!=", "trigger", then: "Pass"), settings: "protected = \"203.0.113.9\";")
    _ = bench.judge(udp())
    _ = bench.engine.add(try additions("203.0.113.0/24"), to: .trigger)
    #expect(bench.judge(udp(from: "203.0.113.8"), at: 1).rule == "1")
    #expect(bench.judge(udp(from: "203.0.113.9"), at: 1).rule == "2")
    #expect(bench.entries(.trigger).map(\.matchCount) == [1])
  }

  @Test func nobodyEntersAProtectedAddressByHand() throws {
    var bench = try Bench(blocked, settings: "protected = \"203.0.113.0/28\";")
    _ = bench.judge(udp())
    let wanted = try additions("203.0.113.9", "203.0.113.0/24", "198.51.100.1")
    #expect(bench.engine.add(wanted, to: .trigger) == TableChange(added: 2, protected: 1))
    #expect(bench.engine.add(wanted, to: .authorize) == TableChange(added: 3))
    #expect(bench.entries(.trigger).map(\.range.description) == ["198.51.100.1", "203.0.113.0/24"])
  }

  // MARK: Whatever comes

  /// No packets, in no order, with no help from people, put a protected address into the table or have it blocked there.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func noPacketsTriggerAProtectedAddress(seed: UInt64) throws {
    let protected = try ["203.0.113.1", "203.0.113.3-203.0.113.200", "2001:db8:1::1"].map { try AddressRange($0) }
    let spans = AddressSpans(protected)
    let document = RandomRules.text(seed: seed)
    var bench = try Bench(document: document, title: "seed \(seed)", local: RandomTraffic.local, eventCapacity: 1_000)
    bench.engine.setProtectedHosts(spans)
    var requests = RandomRequests(seed: seed)
    for packet in RandomTraffic(seed: seed, count: 100) {
      if let request = requests.next() { bench.perform(request) }
      _ = bench.judgement(packet)
      let entered = bench.entries(.trigger).filter { spans.covers($0.range) }
      #expect(entered == [])
      guard bench.evaluatorsAgree, entered.isEmpty else { break }
    }
  }
}
