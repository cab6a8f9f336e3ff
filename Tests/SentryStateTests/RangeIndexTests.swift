import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private func places(_ ranges: [AddressRange]) -> [RangeIndex.Place] {
  ranges.enumerated().map { RangeIndex.Place(first: $1.first, last: $1.last, slot: UInt32($0)) }
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
private func answer(_ address: IPAddress, in places: [RangeIndex.Place]) -> Int? {
  places.filter { $0.first <= address && address <= $0.last }
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
    var index = RangeIndex()
    index.replaceAll(with: places(c.ranges.map(range)))
    #expect(index.brokenInvariant() == nil)
    #expect(index.innermost(around: ip(c.address)) { _ in true } == c.answer)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func anyRangesAreSearchedAsIfAllWereLookedAt(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let ranges = randomRanges(Int.random(in: 1...60, using: &random), upTo: 99, &random)
    let all = places(ranges)
    var index = RangeIndex()
    index.replaceAll(with: all.shuffled(using: &random))
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
      let address = IPAddress(v4: value)
      #expect(index.innermost(around: address) { !gone.contains($0.slot) } == answer(address, in: there))
    }
  }

  @Test func aDeepNestIsLeftInFewSteps() {
    // Each inside the one before; the address lies in the outermost only.
    let depth = 10_000 as UInt32
    let ranges = (0..<depth).compactMap { step in
      AddressRange(first: IPAddress(v4: step), last: IPAddress(v4: 4 * depth - step))
    }
    var index = RangeIndex()
    index.replaceAll(with: places(ranges))
    var looks = 0
    let found = index.innermost(around: IPAddress(v4: 4 * depth)) { _ in
      looks += 1
      return true
    }
    #expect(found == 0)
    #expect(looks == 1)
  }
}
