import SentryEngine
import SentryPacket
import SentryState
import Testing

/// What lists do to a table between two packets, and what they leave alone.
@Suite struct ListStepTests {
  private static let include = rule("Include", "==", "trigger", then: "Delete")

  private func ranges(_ texts: String...) throws -> [AddressRange] { try texts.map { try AddressRange($0) } }

  private func entering(
    _ texts: [String], owner: UInt32, lasting seconds: UInt32? = nil, heirOf: [UInt32] = [], refreshes: Bool = false
  ) throws -> ListEntering {
    ListEntering(
      ranges: try texts.map { try AddressRange($0) }, duration: AddressDuration(seconds: seconds), owner: owner,
      heirOf: heirOf, refreshes: refreshes)
  }

  @Test func aListEntersWhatIsMissingAndOnlyThat() throws {
    var bench = try Bench(Self.include)
    _ = bench.judge(udp(), at: 0)
    let own = bench.labels.number(of: RuleLabel(note: "list own"))
    let list = try entering(["203.0.113.1", "203.0.113.0/24", "2001:db8::7"], owner: own)
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(entered: 3))
    #expect(bench.judge(udp(from: "203.0.113.1"), at: 1).verdict == .delete)
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(kept: 3))
    #expect(bench.entries(.trigger).map(\.matchCount).reduce(0, +) == 1)
  }

  @Test func whatSomebodyElseHasEnteredStaysHis() throws {
    var bench = try Bench(Self.include)
    _ = bench.judge(udp(), at: 0)
    let own = bench.labels.number(of: RuleLabel(note: "list own"))
    let person = bench.labels.number(of: RuleLabel(note: "a person"))
    let addition = AddressAddition(
      range: try AddressRange("203.0.113.1"), duration: AddressDuration(seconds: 60), triggeredBy: person)
    _ = bench.engine.add([addition], to: .trigger)
    let list = try entering(["203.0.113.1", "203.0.113.2"], owner: own)
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(entered: 1, others: 1))
    let left = bench.engine.leave(
      try ranges("203.0.113.1", "203.0.113.2"), lasting: .unlimited, of: own, from: .trigger)
    #expect(left == 1)
    #expect(bench.entries(.trigger).map(\.triggeredBy) == [person])
  }

  /// A single address goes, the net that a packet has made around it does not.
  @Test func leavingTouchesNoNetAround() throws {
    var bench = try Bench(rule("Any", "==", "", then: "Trigger"))
    _ = bench.judge(udp(from: "2001:db8:1::9", to: "2001:db8::10"), at: 0)
    let own = bench.labels.number(of: RuleLabel(note: "list own"))
    _ = bench.engine.enter(try entering(["2001:db8:1::9"], owner: own), into: .trigger)
    #expect(bench.entries(.trigger).count == 2)
    #expect(bench.engine.leave(try ranges("2001:db8:1::9"), lasting: .unlimited, of: own, from: .trigger) == 1)
    #expect(bench.entries(.trigger).map(\.range.description) == ["2001:db8:1::/64"])
  }

  @Test func anHeirTakesOverWithoutAGap() throws {
    var bench = try Bench(Self.include)
    _ = bench.judge(udp(), at: 0)
    let (old, new) = (
      bench.labels.number(of: RuleLabel(note: "list old")), bench.labels.number(of: RuleLabel(note: "list new"))
    )
    _ = bench.engine.enter(try entering(["203.0.113.1"], owner: old), into: .trigger)
    #expect(bench.engine.enter(try entering(["203.0.113.1"], owner: new), into: .trigger) == ListChange(others: 1))
    let heir = try entering(["203.0.113.1"], owner: new, heirOf: [old])
    #expect(bench.engine.enter(heir, into: .trigger) == ListChange(entered: 1))
    #expect(bench.engine.leave(try ranges("203.0.113.1"), lasting: .unlimited, of: old, from: .trigger) == 0)
    #expect(bench.entries(.trigger).map(\.triggeredBy) == [new])
  }

  /// With a duration, an entry lives as long as its source is seen.
  @Test func aSeenSourceRefreshesItsEntries() throws {
    var bench = try Bench(Self.include)
    _ = bench.judge(udp(), at: 0)
    let own = bench.labels.number(of: RuleLabel(note: "list own"))
    let list = try entering(["203.0.113.1", "198.51.100.0/24"], owner: own, lasting: 100, refreshes: true)
    _ = bench.engine.enter(list, into: .trigger)
    _ = bench.judge(udp(), at: 90)
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(kept: 2))
    _ = bench.judge(udp(), at: 180)
    #expect(bench.entries(.trigger).count == 2)
    _ = bench.judge(udp(), at: 191)
    #expect(bench.entries(.trigger).isEmpty)
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(entered: 2))
  }

  @Test func aRuleKeepsItsOwnForItsOwnTime() throws {
    var bench = try Bench(rule("Dest port", "==", "23", then: "Trigger"), settings: "triggerDuration = 50;")
    _ = bench.judge(udp(), at: 0)
    let own = bench.labels.number(of: RuleLabel(note: "list own"))
    _ = bench.engine.enter(try entering(["203.0.113.1"], owner: own), into: .trigger)
    _ = bench.judge(tcp(from: "203.0.113.1", port: 23), at: 1)
    #expect(bench.engine.leave(try ranges("203.0.113.1"), lasting: .unlimited, of: own, from: .trigger) == 0)
    #expect(bench.entries(.trigger).map(\.duration) == [AddressDuration(seconds: 50)])
  }

  @Test func whoIsProtectedDoesNotEnterTableTrigger() throws {
    var bench = try Bench(Self.include, settings: "protected = \"203.0.113.1\";")
    _ = bench.judge(udp(), at: 0)
    let list = try entering(
      ["203.0.113.1", "203.0.113.2"], owner: bench.labels.number(of: RuleLabel(note: "list own")))
    #expect(bench.engine.enter(list, into: .trigger) == ListChange(entered: 1, protected: 1))
    #expect(bench.engine.enter(list, into: .address) == ListChange(entered: 2))
  }
}
