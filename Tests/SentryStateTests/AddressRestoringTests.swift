import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: number) }

private func entry(_ number: UInt32, second: Int64, _ seconds: UInt32? = nil) -> AddressEntry {
  AddressEntry(
    range: AddressRange(prefix: address(number), length: 128), matchCount: UInt64(number),
    lastTime: Timestamp(seconds: second), duration: AddressDuration(seconds: seconds), triggeredBy: 0)
}

private func placed(_ place: Int, _ entry: AddressEntry?) -> PlacedEntry {
  PlacedEntry(place: .single(place), entry: entry)
}

@Suite struct AddressRestoringTests {
  private let start = Timestamp(seconds: 1_000)

  /// What comes back is what was there: durations, counts, last times, ranges, nets; and it lives on from there.
  @Test func whatIsRestoredIsWhatWas() throws {
    var old = AddressTable(capacity: 100, ipv6PrefixLength: 64)
    _ = old.keep(address(1), now: start, duration: AddressDuration(seconds: 60), triggeredBy: 3)
    _ = old.add(
      [
        AddressAddition(range: range("10.0.0.0/8"), duration: .unlimited, triggeredBy: 4),
        AddressAddition(
          range: range("192.0.2.5-192.0.2.9"), duration: AddressDuration(seconds: 90), triggeredBy: 5),
        AddressAddition(range: range("2001:db8:0:1::/64"), duration: .unlimited, triggeredBy: 6),
      ], now: start.adding(seconds: 1))
    let before = old.find(address(1), now: start.adding(seconds: 2))
    let slot = try #require(before)
    old.hit(slot, now: start.adding(seconds: 2))
    let now = start.adding(seconds: 30)
    let entries = old.entries(now: now)

    var new = AddressTable(capacity: 100, ipv6PrefixLength: 64)
    new.restore(entries.sorted { $0.lastTime < $1.lastTime }, now: now)
    #expect(new.entries(now: now) == entries)
    #expect(new.brokenInvariant() == nil)
    let inside = IPAddress(v4: 0xC000_0207)
    let found = [
      new.find(inside, now: now), new.find(address(1), now: start.adding(seconds: 61)),
      new.find(address(1), now: start.adding(seconds: 62)), new.find(inside, now: start.adding(seconds: 91)),
    ]
    #expect(found.map { $0 != nil } == [true, true, false, false])
  }

  @Test func ofTwoForTheSameAddressTheLastCounts() {
    var table = AddressTable(capacity: 10)
    let entries = [1, 2].map { second in
      AddressEntry(
        range: AddressRange(prefix: address(1), length: 128), matchCount: UInt64(second),
        lastTime: Timestamp(seconds: Int64(second)),
        duration: .unlimited, triggeredBy: 0)
    }
    table.restore(entries, now: start)
    #expect(table.entries(now: start) == [entries[1]])
  }

  @Test func ofMoreThanFitTheLatestComeBack() {
    var table = AddressTable(capacity: 2)
    let entries = (1...3).map { second in
      AddressEntry(
        range: AddressRange(prefix: address(UInt32(second)), length: 128), matchCount: 1,
        lastTime: Timestamp(seconds: Int64(second)),
        duration: AddressDuration(seconds: 5_000), triggeredBy: 0)
    }
    table.restore(entries, now: start)
    #expect(table.entries(now: start).map(\.address) == [address(2), address(3)])
  }

  // MARK: In their places

  /// Nothing of what comes back is written again, only what happens to it afterwards, and places whose entries are gone.
  @Test func whatComesBackInItsPlaceIsSaved() {
    var table = AddressTable(capacity: 100)
    table.restore([placed(1, nil), placed(7, entry(7, second: 1)), placed(3, entry(3, second: 2))], now: start)
    #expect(table.layout == AddressTable.firstLayout)
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: start) == [entry(3, second: 2), entry(7, second: 1)])
    _ = table.keep(address(3), now: start, duration: .unlimited, triggeredBy: 9)
    _ = table.keep(address(8), now: start, duration: .unlimited, triggeredBy: 9)
    var copies: [PlacedEntry] = []
    table.copyChanges(at: 0..<table.usedPlaces, isEverything: false, into: &copies)
    #expect(copies.map(\.place) == [0, 1, 3].map { .single($0) })
    #expect(copies.map(\.entry?.address) == [address(8), nil, address(3)])
  }

  /// Also beyond what a new table has room for at first, with gaps that are used next.
  @Test func manyComeBackInTheirPlaces() {
    var table = AddressTable(capacity: 100_000)
    let saved = (1...40_000).map { number in
      placed(99_999 - 2 * number, entry(UInt32(number), second: 1 + Int64(number) / 1_000))
    }
    table.restore(saved, now: start)
    #expect(table.layout == AddressTable.firstLayout)
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: start) == saved.compactMap(\.entry))
    for number in 50_001...UInt32(110_000) {
      _ = table.keep(address(number), now: start, duration: .unlimited, triggeredBy: 9)
    }
    #expect(table.brokenInvariant() == nil)
    #expect(table.count == 100_000)
  }

  /// A clock that was set back must not make entries live longer than they were to; what they are now is to be written.
  @Test func noEntryIsLaterThanNow() {
    var table = AddressTable(capacity: 100)
    table.restore([placed(0, entry(1, second: 990, 60)), placed(1, entry(2, second: 9_000, 60))], now: start)
    #expect(table.entries(now: start).map(\.lastTime) == [Timestamp(seconds: 990), start])
    var copies: [PlacedEntry] = []
    table.copyChanges(at: 0..<table.usedPlaces, isEverything: false, into: &copies)
    #expect(copies == [placed(1, entry(2, second: 1_000, 60))])
  }

  /// In a smaller table, with a range where single addresses stand, or a few entries far apart.
  @Test(arguments: [
    [placed(100, entry(1, second: 1))], [PlacedEntry(place: .range(3), entry: entry(1, second: 1))],
    [PlacedEntry(place: AddressPlace(number: .max), entry: entry(1, second: 1))],
  ])
  func whereThereIsNoSuchPlaceAllGetOthers(_ saved: [PlacedEntry]) {
    var table = AddressTable(capacity: 100)
    table.restore(saved, now: start)
    #expect(table.layout != AddressTable.firstLayout)
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: start) == saved.compactMap(\.entry))
  }

  @Test func fewEntriesFarApartMoveTogether() {
    var table = AddressTable(capacity: 100_000)
    table.restore([placed(90_000, entry(1, second: 1)), placed(0, entry(2, second: 2))], now: start)
    #expect(table.layout != AddressTable.firstLayout)
    #expect(table.usedPlaces == 2)
  }

  /// Of a damaged database.
  @Test func aPlaceOrAnAddressNamedTwiceIsTheLast() {
    var table = AddressTable(capacity: 100)
    table.restore(
      [
        placed(0, entry(1, second: 1)), placed(0, entry(2, second: 2)), placed(5, entry(2, second: 3)),
        placed(6, entry(3, second: 4)), placed(6, nil),
      ], now: start)
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: start) == [entry(2, second: 3)])
  }
}
