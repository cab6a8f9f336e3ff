import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let minute = AddressDuration(seconds: 60)

extension AddressTable {
  /// What has changed since the last call: "entered 192.0.2.1", and "incomplete" or "ranges".
  fileprivate mutating func told() -> [String] {
    var told: [String] = []
    takeChanges { changes, isIncomplete, ranges in
      told =
        changes.map { "\($0.kind) \($0.net.range)" } + (isIncomplete ? ["incomplete"] : []) + (ranges ? ["ranges"] : [])
    }
    #expect(hasChanges == false)
    return told
  }

  fileprivate mutating func trigger(_ text: String, _ now: Timestamp, _ duration: AddressDuration = minute) {
    _ = keep(ip(text), now: now, duration: duration, triggeredBy: 1)
    #expect(brokenInvariant() == nil)
  }

  fileprivate mutating func addByHand(_ text: String, _ now: Timestamp, _ duration: AddressDuration = minute) {
    add([AddressAddition(range: range(text), duration: duration, triggeredBy: 1)], now: now)
    #expect(brokenInvariant() == nil)
  }

  fileprivate mutating func include(_ text: String, _ now: Timestamp) {
    if let slot = find(ip(text), now: now) { hit(slot, now: now) }
  }
}

/// A table whose changes are recorded, with what it held before told.
private func recorded(capacity: Int = 8, room: Int = 8) -> AddressTable {
  var table = AddressTable(capacity: capacity, ipv6PrefixLength: 64)
  table.recordChanges(capacity: room)
  #expect(table.told() == ["incomplete"])
  return table
}

@Suite struct AddressChangesTests {
  @Test func nothingIsRecordedUnasked() {
    var table = AddressTable(capacity: 4)
    table.trigger("192.0.2.1", at(0))
    #expect(table.hasChanges == false)
    table.recordChanges(capacity: 4)
    #expect(table.told() == ["incomplete"])
    table.stopRecordingChanges()
    table.trigger("192.0.2.2", at(0))
    #expect(table.hasChanges == false)
  }

  @Test func entriesThatAreTakenOutTogetherAreTold() throws {
    var table = recorded()
    for text in ["192.0.2.1", "192.0.2.9", "2001:db8:1::1", "2001:db8:2::1"] { table.trigger(text, at(0)) }
    let hourLong = AddressDuration(seconds: 3_600)
    for text in ["192.0.2.4/30", "192.0.2.0/24"] {
      table.add([AddressAddition(range: try AddressRange(text), duration: hourLong, triggeredBy: 1)], now: at(0))
    }
    _ = table.told()
    let spans = AddressSpans(try ["192.0.2.0/29", "2001:db8:1::/63"].map { try AddressRange($0) })
    #expect(table.removeEntries(within: spans).count == 3)
    #expect(table.entries(now: at(1)).map(\.range.description) == ["192.0.2.0/24", "192.0.2.9", "2001:db8:2::/64"])
    #expect(Set(table.told()) == ["removed 192.0.2.1", "removed 2001:db8:1::/64", "ranges"])
    #expect(table.removeEntries(within: AddressSpans()).isEmpty)
    #expect(table.told() == [])
  }

  /// What the kernel has seen of late brings an expired entry back, but not one that was taken out.
  @Test func whatWasTakenOutDoesNotComeBack() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    #expect(table.count(now: at(60)) == 0)
    let address = AddressRange(prefix: ip("192.0.2.1"), length: 128)
    #expect(table.removeEntries(within: AddressSpans([address])) == [address])
    #expect(table.credit(address, hits: 1, at: at(59)) == false)
  }

  @Test func entriesAreToldWithTheirNetAndDuration() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    table.trigger("2001:db8:1:2:3::4", at(1), .unlimited)
    var changes: [AddressChange] = []
    table.takeChanges { taken, _, _ in changes = taken }
    #expect(
      changes == [
        AddressChange(.entered, AddressNet(ip("192.0.2.1")), duration: minute, time: at(0)),
        AddressChange(.entered, AddressNet(ip("2001:db8:1:2::"), length: 64), duration: .unlimited, time: at(1)),
      ])
  }

  @Test func aRefreshIsToldOnceASecond() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    table.include("192.0.2.1", at(0, 500_000_000))
    table.trigger("192.0.2.1", at(0, 900_000_000))
    #expect(table.told() == ["entered 192.0.2.1"])
    // A second after the last refresh, not after the last that was told.
    table.include("192.0.2.1", at(1, 899_999_999))
    #expect(table.told() == [])
    table.include("192.0.2.1", at(2, 899_999_999))
    #expect(table.told() == ["refreshed 192.0.2.1"])
  }

  @Test func anotherDurationIsToldAtOnce() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    table.trigger("192.0.2.1", at(0, 1), AddressDuration(seconds: 120))
    table.addByHand("192.0.2.1", at(0, 2), AddressDuration(seconds: 5))
    #expect(table.told() == ["entered 192.0.2.1", "refreshed 192.0.2.1", "refreshed 192.0.2.1"])
  }

  @Test func whatIsRemovedOrMakesWayIsTold() {
    var table = recorded(capacity: 2)
    table.trigger("192.0.2.1", at(0))
    table.trigger("192.0.2.2", at(1))
    table.trigger("192.0.2.3", at(2))
    #expect(table.remove(ip("192.0.2.3")) == true)
    #expect(table.remove(ip("192.0.2.9")) == false)
    #expect(
      table.told() == [
        "entered 192.0.2.1", "entered 192.0.2.2", "removed 192.0.2.1", "entered 192.0.2.3", "removed 192.0.2.3",
      ])
  }

  @Test func anExpiredEntryMakesWayUntold() {
    var table = recorded(capacity: 1)
    table.trigger("192.0.2.1", at(0))
    table.trigger("192.0.2.2", at(60))
    #expect(table.told() == ["entered 192.0.2.1", "entered 192.0.2.2"])
  }

  @Test func rangesAreOnlySaidToHaveChanged() {
    var table = recorded()
    table.addByHand("192.0.2.0/24", at(0))
    #expect(table.told() == ["ranges"])
    #expect(table.rangeEntries(now: at(1)).map(\.range) == [range("192.0.2.0/24")])
    #expect(table.remove(range("192.0.2.0/24")) == true)
    #expect(table.told() == ["ranges"])
  }

  @Test func whatCannotBeToldOneByOneIsSaidToBeMissing() {
    var table = recorded(room: 2)
    for number in 1...3 { table.trigger("192.0.2.\(number)", at(0)) }
    #expect(table.told() == ["entered 192.0.2.1", "entered 192.0.2.2", "incomplete"])
    table.removeAll()
    #expect(table.told() == ["incomplete"])
    table.setCapacity(4, now: at(1))
    #expect(table.told() == ["incomplete"])
  }
}

@Suite struct CreditedHitsTests {
  @Test func hitsCountAndTheEntryLivesOnFromTheLast() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    #expect(table.credit(range("192.0.2.1"), hits: 5, at: at(30)) == true)
    #expect(table.brokenInvariant() == nil)
    let entry = table.entries(now: at(89)).first
    #expect(entry?.matchCount == 6)
    #expect(entry?.lastTime == at(30))
    #expect(table.count(now: at(90)) == 0)
  }

  /// The kernel's time started again at a hit that comes in only now.
  @Test func anEntryThatExpiredMeanwhileLivesOn() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    table.expire(now: at(61))
    #expect(table.count(now: at(61)) == 0)
    #expect(table.credit(range("192.0.2.1"), hits: 1, at: at(59)) == true)
    #expect(table.count(now: at(61)) == 1)
    table.expire(now: at(59 + 60 + 10))
    #expect(table.credit(range("192.0.2.1"), hits: 1, at: at(60)) == false)
  }

  @Test func anEntryCountsAsNoOlderThanOthersOfItsDuration() {
    var table = recorded()
    table.trigger("192.0.2.1", at(0))
    table.trigger("192.0.2.2", at(10))
    table.credit(range("192.0.2.1"), hits: 1, at: at(5))
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: at(20)).map(\.lastTime) == [at(10), at(10)])
  }

  @Test func netsAndRangesAreCreditedThemselves() {
    var table = recorded()
    table.trigger("2001:db8:1:2::9", at(0))
    table.addByHand("198.51.100.0/24", at(0))
    #expect(table.credit(range("2001:db8:1:2::/64"), hits: 2, at: at(1)) == true)
    #expect(table.credit(range("198.51.100.0/24"), hits: 3, at: at(1)) == true)
    #expect(table.credit(range("198.51.100.0/25"), hits: 3, at: at(1)) == false)
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: at(2)).map(\.matchCount) == [3, 3])
  }
}

/// A copy that knows nothing but what it is told.
private struct AddressCopy {
  private var entries: [AddressNet: (duration: AddressDuration, time: Timestamp)] = [:]

  mutating func follow(_ table: inout AddressTable, now: Timestamp) {
    var taken: [AddressChange] = []
    var isIncomplete = false
    table.takeChanges { changes, isMissingSome, _ in (taken, isIncomplete) = (changes, isMissingSome) }
    if isIncomplete {
      entries = [:]
      for entry in table.entries(now: now) {
        if let net = AddressNet(entry.range) { entries[net] = (entry.duration, entry.lastTime) }
      }
      return
    }
    for change in taken {
      entries[change.net] = change.kind == .removed ? nil : (change.duration, change.time)
    }
  }

  /// Those that live longer than until `now`.
  func nets(_ now: Timestamp) -> Set<AddressNet> {
    Set(
      entries.filter { _, entry in
        guard let seconds = entry.duration.seconds else { return true }
        return now.nanoseconds - entry.time.nanoseconds < Int64(seconds) * 1_000_000_000
      }.keys)
  }
}

@Suite struct AddressCopyTests {
  /// Whatever happens to the table: a copy holds nothing that the table does not, and all that has more than a second left.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func aCopyHoldsWhatTheTableDoes(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var table = AddressTable(capacity: 12, ipv6PrefixLength: 64)
    table.recordChanges(capacity: 40)
    var copy = AddressCopy()
    var now = at(0)
    for _ in 0..<400 {
      now = Timestamp(nanoseconds: now.nanoseconds + Int64.random(in: 0...700_000_000, using: &random))
      let address = "192.0.2.\(Int.random(in: 1...20, using: &random))"
      let net = "2001:db8:\(Int.random(in: 1...4, using: &random))::1"
      let text = Int.random(in: 0..<4, using: &random) == 0 ? net : address
      let duration = AddressDuration(seconds: [nil, 3, 10, 30][Int.random(in: 0..<4, using: &random)])
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<40: table.trigger(text, now, duration)
      case 40..<75: table.include(text, now)
      case 75..<83: table.addByHand(text, now, duration)
      case 83..<92: _ = table.remove(ip(text))
      case 92..<97: table.expire(now: now)
      case 97: _ = table.removeEntries(within: AddressSpans([AddressRange(prefix: ip("192.0.2.0"), length: 125)]))
      case 98: table.setCapacity(Int.random(in: 8...14, using: &random), now: now)
      default: table.removeAll()
      }
      guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
      copy.follow(&table, now: now)
      let held = Set(table.entries(now: now).compactMap { AddressNet($0.range) })
      #expect(copy.nets(now).isSubset(of: held))
      let soon = Timestamp(nanoseconds: now.nanoseconds + 1_000_000_000)
      let lasting = Set(table.entries(now: soon).compactMap { AddressNet($0.range) })
      #expect(lasting.isSubset(of: copy.nets(now)), "\(lasting.subtracting(copy.nets(now)))")
    }
  }
}
