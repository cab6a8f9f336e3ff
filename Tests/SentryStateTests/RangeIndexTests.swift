import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

/// Those of one family, with their positions as slots.
private func places<Number>(_ ranges: [AddressRange]) -> [RangeIndex<Number>.Place] {
  ranges.enumerated().compactMap { RangeIndex<Number>.Place(RangeKey($1), slot: $0) }
}

/// Random ranges of addresses 0...`limit`, each once.
private func randomRanges(_ count: Int, upTo limit: UInt32, _ random: inout SplitMix64) -> [AddressRange] {
  let ranges = (0..<count).compactMap { _ in
    let ends = [UInt32.random(in: 0...limit, using: &random), UInt32.random(in: 0...limit, using: &random)].sorted()
    return AddressRange(first: IPAddress(v4: ends[0]), last: IPAddress(v4: ends[1]))
  }
  return Array(Set(ranges))
}

/// The slot that answers, by looking at all.
private func answer<Number>(_ number: Number, in places: [RangeIndex<Number>.Place]) -> Int? {
  places.filter { $0.first <= number && number <= $0.last }
    .max { a, b in a.first != b.first ? a.first < b.first : a.last > b.last }
    .map { Int($0.slot) }
}

@Suite struct RangeIndexTests {
  struct Nesting: Sendable, CustomTestStringConvertible {
    let testDescription: String, ranges: [String], address: String, answer: Int?
  }

  @Test(arguments: [
    Nesting(testDescription: "no range", ranges: [], address: "192.0.2.1", answer: nil),
    Nesting(testDescription: "before the first", ranges: ["192.0.2.2-9"], address: "192.0.2.1", answer: nil),
    Nesting(testDescription: "the first address", ranges: ["192.0.2.2-9"], address: "192.0.2.2", answer: 0),
    Nesting(testDescription: "the last address", ranges: ["192.0.2.2-9"], address: "192.0.2.9", answer: 0),
    Nesting(testDescription: "one past it", ranges: ["192.0.2.2-9"], address: "192.0.2.10", answer: nil),
    Nesting(
      testDescription: "the narrowest of three nets", ranges: ["192.0.2.0/24", "192.0.0.0/8", "192.0.2.64/26"],
      address: "192.0.2.65", answer: 2),
    Nesting(
      testDescription: "beside the narrowest, the next", ranges: ["192.0.2.0/24", "192.0.0.0/8", "192.0.2.64/26"],
      address: "192.0.2.128", answer: 0),
    Nesting(
      testDescription: "of two that begin together, the shorter", ranges: ["192.0.2.0/24", "192.0.2.0/26"],
      address: "192.0.2.1", answer: 1),
    Nesting(
      testDescription: "behind its end, the longer", ranges: ["192.0.2.0/24", "192.0.2.0/26"], address: "192.0.2.64",
      answer: 0),
    Nesting(
      testDescription: "of two that cross, the one that begins last", ranges: ["192.0.2.0-20", "192.0.2.10-90"],
      address: "192.0.2.15", answer: 1),
    Nesting(
      testDescription: "over many short ones, the long one before them",
      ranges: ["192.0.2.0/24"] + (0..<60).map { "192.0.2.\(4 * $0)-\(4 * $0 + 2)" }, address: "192.0.2.203", answer: 0),
    Nesting(
      testDescription: "IPv6 as IPv4", ranges: ["2001:db8::/32", "2001:db8::1-2001:db8::5"], address: "2001:db8::3",
      answer: 1),
  ])
  func innermost(_ c: Nesting) {
    // Each family is searched on its own.
    if let number = UInt32(ip(c.address)) { search(for: number, c) }
    if let number = UInt128(ip(c.address)) { search(for: number, c) }
  }

  private func search<Number: AddressNumber>(for number: Number, _ c: Nesting) {
    var index = RangeIndex<Number>()
    index.add(places(c.ranges.map(range)))
    #expect(index.brokenInvariant() == nil)
    #expect(index.innermost(around: number) { _ in true } == c.answer)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func anyRangesAreSearchedAsIfAllWereLookedAt(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let ranges = randomRanges(Int.random(in: 1...60, using: &random), upTo: 99, &random)
    let all: [RangeIndex<UInt32>.Place] = places(ranges)
    let half = all.count / 2
    var index = RangeIndex<UInt32>()
    let shuffled = all.shuffled(using: &random)
    index.add(Array(shuffled[..<half]))
    #expect(index.brokenInvariant() == nil)
    index.add(Array(shuffled[half...]))
    #expect(index.brokenInvariant() == nil)
    // Some are passed over, some dropped for good.
    let gone = Set(all.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.map(\.slot))
    let dropped = Set(gone.filter { _ in Bool.random(using: &random) })
    for position in 0..<index.count where dropped.contains(index.place(at: position).slot) {
      index.drop(at: position)
    }
    index.compact()
    #expect(index.brokenInvariant() == nil)
    #expect(index.count == all.count - dropped.count)
    let there = all.filter { !gone.contains($0.slot) }
    for value in 0...100 as ClosedRange<UInt32> {
      #expect(index.innermost(around: value) { !gone.contains($0.slot) } == answer(value, in: there))
    }
  }

  struct Spread: Sendable, CustomTestStringConvertible {
    let testDescription: String, firsts: [UInt32]
  }

  /// The list by leading bits, where ranges do not lie evenly.
  @Test(arguments: [
    Spread(testDescription: "one range", firsts: [7]), Spread(testDescription: "the very ends", firsts: [0, .max]),
    Spread(testDescription: "all but one together", firsts: Array(1_000..<1_100) + [.max]),
    Spread(testDescription: "all but one at the other end", firsts: [0] + Array(UInt32.max - 100...UInt32.max)),
    Spread(testDescription: "evenly", firsts: (0..<256).map { $0 << 24 }),
  ])
  func everyPlaceIsFoundHoweverTheyLie(_ c: Spread) {
    var index = RangeIndex<UInt32>()
    index.add(c.firsts.enumerated().map { .init(first: $1, last: $1, slot: UInt32($0)) })
    #expect(index.brokenInvariant() == nil)
    for (slot, first) in c.firsts.enumerated() {
      #expect(index.innermost(around: first) { _ in true } == slot)
      let (next, isPastEnd) = first.addingReportingOverflow(1)
      if !isPastEnd, !c.firsts.contains(next) { #expect(index.innermost(around: next) { _ in true } == nil) }
    }
  }

  @Test func aDeepNestIsLeftInFewSteps() {
    // Each inside the one before; the address lies in the outermost only.
    let depth = 10_000 as UInt32
    let ranges = (0..<depth).compactMap { step in
      AddressRange(first: IPAddress(v4: step), last: IPAddress(v4: 4 * depth - step))
    }
    var index = RangeIndex<UInt32>()
    index.add(places(ranges))
    var looks = 0
    let found = index.innermost(around: 4 * depth) { _ in
      looks += 1
      return true
    }
    #expect(found == 0)
    #expect(looks == 1)
  }
}
