import SentryTestSupport
import Testing

@testable import SentryRules

/// A set of the values 0...31, and "absent" as 32, next to what it stands for.
private struct Model {
  var set: ValueSet
  var members: Set<Int>

  init(using random: inout SplitMix64) {
    var ranges: [ClosedRange<UInt128>] = []
    var next: UInt128 = 0
    while next < 32 {
      let first = next + UInt128(Int.random(in: 0...6, using: &random))
      let last = first + UInt128(Int.random(in: 0...4, using: &random))
      guard last < 32 else { break }
      ranges.append(first...last)
      next = last + 1
    }
    let includesAbsent = Bool.random(using: &random)
    set = ValueSet(ranges, includesAbsent: includesAbsent)
    members = Self.members(of: set)
  }

  static func members(of set: ValueSet) -> Set<Int> {
    Set((0..<32).filter { set.contains(UInt128($0)) } + (set.includesAbsent ? [32] : []))
  }
}

@Test(arguments: 0..<500 as Range<UInt64>)
func valueSetsAreSets(seed: UInt64) {
  var random = SplitMix64(state: seed)
  let (a, b) = (Model(using: &random), Model(using: &random))
  #expect(a.set.isEmpty == a.members.isEmpty)
  #expect(a.set.intersects(b.set) == !a.members.isDisjoint(with: b.members))
  #expect(Model.members(of: a.set.intersection(b.set, atMost: 100)) == a.members.intersection(b.members))
  var rest = a.set
  rest.subtract(b.set, limit: 100)
  #expect(Model.members(of: rest) == a.members.subtracting(b.members))
  #expect(rest.isSubset(of: a.set))
  // Ranges that touch are not joined, so a set may span two of them and not be found to be a subset.
  if a.set.isSubset(of: b.set) { #expect(a.members.isSubset(of: b.members)) }
}

@Test func theLimitsMakeSetsLargerNotSmaller() {
  let comb = ValueSet((0..<50 as Range<UInt128>).map { $0 * 2...$0 * 2 })
  let coarse = comb.intersection(ValueSet(10...90), atMost: 16)
  #expect(coarse.ranges == [10...90])
  var full = comb
  full.subtract(ValueSet(10), limit: 50)
  #expect(full == comb)
}

@Test func theEndsOfAllNumbers() {
  var all = ValueSet(0...UInt128.max)
  all.subtract(ValueSet([0...0, UInt128.max...UInt128.max]), limit: 10)
  #expect(all.ranges == [1...UInt128.max - 1])
  all.subtract(ValueSet(0...UInt128.max), limit: 10)
  #expect(all.isEmpty)
}
