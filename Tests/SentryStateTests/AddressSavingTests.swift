import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: number) }

extension AddressTable {
  /// What has changed since the last call, all places looked at once.
  fileprivate mutating func changes(isEverything: Bool = false) -> [PlacedEntry] {
    var copies: [PlacedEntry] = []
    copyChanges(at: 0..<usedPlaces, isEverything: isEverything, into: &copies)
    return copies
  }
}

/// Keeps what `copyChanges` tells, as somebody does who saves the table.
private struct Copy {
  private var entries: [AddressPlace: AddressEntry] = [:]
  private var layout: UInt32?

  /// - Parameter width: places looked at in one go.
  mutating func follow(_ table: inout AddressTable, width: Int) {
    let isEverything = layout != table.layout
    if isEverything { entries = [:] }
    layout = table.layout
    var copies: [PlacedEntry] = []
    var place = 0
    while place < table.usedPlaces {
      table.copyChanges(at: place..<place + width, isEverything: isEverything, into: &copies)
      place += width
    }
    for copy in copies { entries[copy.place] = copy.entry }
  }

  /// What is there when the table is filled again.
  mutating func begin(at now: Timestamp) -> [PlacedEntry] {
    layout = AddressTable.firstLayout
    let entries = entries.sorted { $0.value.lastTime < $1.value.lastTime }
    return entries.map { PlacedEntry(place: $0.key, entry: $0.value.hasExpired(at: now) ? nil : $0.value) }
  }

  func unexpired(at now: Timestamp) -> [AddressEntry] {
    entries.values.filter { !$0.hasExpired(at: now) }.sorted()
  }
}

extension AddressEntry {
  fileprivate func hasExpired(at now: Timestamp) -> Bool {
    duration.seconds.map { now >= lastTime.adding(seconds: Int64($0)) } ?? false
  }
}

@Suite struct AddressSavingTests {
  private let start = Timestamp(seconds: 1_000)

  @Test func whatDidNotChangeIsNotCopiedAgain() throws {
    var table = AddressTable(capacity: 100)
    _ = table.keep(address(1), now: start, duration: .unlimited, triggeredBy: 7)
    _ = table.keep(address(2), now: start, duration: .unlimited, triggeredBy: 7)
    let entered = table.changes()
    #expect(entered.map(\.entry?.address) == [address(1), address(2)])
    let found = table.find(address(2), now: start)
    let slot = try #require(found)
    let unchanged = table.changes()
    #expect(unchanged.isEmpty)
    table.hit(slot, now: start)
    let hit = table.changes()
    #expect(hit.map(\.entry?.matchCount) == [2])
    table.resetMatchCount(of: slot)
    let reset = table.changes()
    #expect(reset.map(\.entry?.matchCount) == [0])
    let everything = table.changes(isEverything: true)
    #expect(everything.count == 2)
  }

  @Test func anEmptiedPlaceIsTold() {
    var table = AddressTable(capacity: 100)
    let net = range("10.0.0.0/8")
    _ = table.keep(address(1), now: start, duration: AddressDuration(seconds: 5), triggeredBy: 0)
    _ = table.add([AddressAddition(range: net, duration: .unlimited, triggeredBy: 1)], now: start)
    let first = table.changes()
    #expect(first.map { $0.entry != nil } == [true, true])
    table.expire(now: start.adding(seconds: 5))
    let wasThere = table.remove(net)
    #expect(wasThere)
    let second = table.changes()
    #expect(second.map(\.place) == first.map(\.place))
    #expect(second.allSatisfy { $0.entry == nil })
  }

  @Test(arguments: [true, false])
  func anotherLayoutIsTold(isCleared: Bool) {
    var table = AddressTable(capacity: 100)
    let before = table.layout
    if isCleared { table.removeAll() } else { table.setCapacity(50, now: start) }
    #expect(table.layout != before)
  }

  /// Whatever happens to a table, a copy that follows its changes holds what the table holds, also where the table is filled from it
  /// now and then.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func aCopyFollows(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var table = AddressTable(capacity: 40, ipv6PrefixLength: 64)
    var copy = Copy()
    var now = start
    for _ in 0..<400 {
      now = now.adding(seconds: Int64.random(in: 0...2, using: &random))
      change(&table, now, &random)
      guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
      copy.follow(&table, width: Int.random(in: 1...30, using: &random))
      #expect(copy.unexpired(at: now) == table.entries(now: now))
      guard Int.random(in: 0..<8, using: &random) == 0 else { continue }
      table = AddressTable(capacity: table.capacity, ipv6PrefixLength: 64)
      table.restore(copy.begin(at: now), now: now)
      #expect(table.brokenInvariant() == nil)
      #expect(copy.unexpired(at: now) == table.entries(now: now))
    }
  }

  private func change(_ table: inout AddressTable, _ now: Timestamp, _ random: inout SplitMix64) {
    let number = UInt32.random(in: 1...60, using: &random)
    let isIPv6 = number % 5 == 0
    let one = isIPv6 ? IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(number), low: 1) : address(number)
    let duration = AddressDuration(seconds: [nil, 5, 60][Int.random(in: 0..<3, using: &random)])
    switch Int.random(in: 0..<20, using: &random) {
    case 0: table.removeAll()
    case 1: table.setCapacity(Int.random(in: 30...50, using: &random), now: now)
    case 2: _ = table.remove(one)
    case 3: table.expire(now: now)
    case 4, 5:
      let net = range("10.\(number).0.0/16")
      _ = table.add([AddressAddition(range: net, duration: duration, triggeredBy: number)], now: now)
    case 6: _ = table.remove(range("10.\(number).0.0/16"))
    case 7:
      table.credit(
        AddressRange(prefix: one, length: isIPv6 ? 64 : 128), hits: 3,
        at: Timestamp(nanoseconds: now.nanoseconds - 1_500_000_000))
    case 8...12: if let slot = table.find(one, now: now) { table.hit(slot, now: now) }
    default: _ = table.keep(one, now: now, duration: duration, triggeredBy: number)
    }
  }
}
