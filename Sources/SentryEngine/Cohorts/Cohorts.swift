// Siblings that ask the same and are refined below: `Protocol == TCP` ten thousand times, with another port below each.
//
// Overview. Siblings that ask the same question, and do nothing but count and go on to the rules below them, are a *cohort*, its
// rules the *members*. A packet either matches none of them, or passes one after the other until something below a member ends
// the walk: so the members it matches are those before the place where it leaves. They need not be visited. The walk goes from
// one rule right below a member to the next that can match, found among those of all members as if they were siblings
// (`SiblingIndex`), and where that is says how far the packet has come.
//
// The rules right below the members are siblings in that sense, so they may be cohorts again. Where members of a few cohorts stand
// among each other (one asks for TCP, the next for UDP), the packet passes those of each cohort whose question it answers: such a
// *stretch* holds nothing but members. A stretch is left out, and its rules are walked one by one, where a jump (`++`, `Exit
// group`) would make a packet match some members, miss some, and match others after them.
//
// Counting. A member's count is that of the packets that have come further. `CohortCounts` counts the packets by the last member that
// they have matched, and credits the members later, before anybody looks. A rule whose count is asked or changed during a walk is
// no member.

internal import Algorithms

struct Cohorts: Sendable {
  struct Stretch: Sendable {
    /// Places in `cohorts`.
    let cohorts: Range<Int32>
    /// The position of the first member.
    let start: Int32
    /// The position after the last member and all below it.
    let end: Int32
    /// Everything that is asked to find the way through it are numbers.
    let isNumeric: Bool
  }

  struct Cohort: Sendable {
    /// The position of the first member: whatever it asks, all do.
    let first: Int32
    /// Places in `members`.
    let members: Range<Int32>
    // The rules right below the members.
    /// Those that an index knows: places in `SiblingIndex.groups`.
    let groups: Range<Int32>
    /// Those that are asked one by one: places in `plain`.
    let plain: Range<Int32>
    /// Members themselves: places in `stretches`.
    let stretches: Range<Int32>
  }

  /// Some members of a cohort that a packet has matched, one after the other.
  struct Passage {
    let cohort: Int32
    /// Places in `members`.
    let members: Range<Int32>
    /// The first of them is the cohort's first.
    let isFromStart: Bool
  }

  private(set) var stretches: [Stretch] = []
  private(set) var cohorts: [Cohort] = []
  /// Positions, ascending in each cohort.
  private(set) var members: [Int32] = []
  /// By place in `members`: the rule.
  private(set) var memberRules: [Int32] = []
  /// By place in `members`.
  private(set) var cohortOfMember: [Int32] = []
  private(set) var plain: [Int32] = []
  /// By position, of all members and what stands right below them: the stretch among siblings that it belongs to; -1 for none.
  private(set) var stretchNumbers: [Int32] = []

  /// The first rule that is asked by itself from a position on; `end` if there is none before that.
  @inline(__always)
  func firstPlain(of cohort: Cohort, from position: Int32, before end: Int32) -> Int32 {
    guard !cohort.plain.isEmpty else { return end }
    let places = plain[Int(cohort.plain.lowerBound)..<Int(cohort.plain.upperBound)]
    let place = places.partitioningIndex { $0 >= position }
    return place < places.endIndex ? min(end, places[place]) : end
  }

  /// The members from one position up to another.
  @inline(__always)
  func members(of cohort: Cohort, from position: Int32, to end: Int32) -> Range<Int32> {
    let first = firstMember(of: cohort, from: position)
    return first..<max(first, firstMember(of: cohort, from: end))
  }

  @inline(__always)
  private func firstMember(of cohort: Cohort, from position: Int32) -> Int32 {
    guard position > cohort.first else { return cohort.members.lowerBound }
    let places = members[Int(cohort.members.lowerBound)..<Int(cohort.members.upperBound)]
    return Int32(truncatingIfNeeded: places.partitioningIndex { $0 >= position })
  }

  /// The first of a cohort's stretches that ends behind a position.
  @inline(__always)
  func stretches(of cohort: Cohort, endingAfter position: Int32) -> Range<Int32> {
    guard !cohort.stretches.isEmpty else { return cohort.stretches }
    let range = stretches[Int(cohort.stretches.lowerBound)..<Int(cohort.stretches.upperBound)]
    let first = range.partitioningIndex { $0.end > position }
    return Int32(truncatingIfNeeded: first)..<cohort.stretches.upperBound
  }

  // MARK: Making

  mutating func add(members positions: [Int32], rules: [Int32]) -> Range<Int32> {
    let first = Int32(members.count)
    members += positions
    memberRules += rules
    return first..<Int32(members.count)
  }

  mutating func add(plain positions: [Int32]) -> Range<Int32> {
    let first = Int32(plain.count)
    plain += positions
    return first..<Int32(plain.count)
  }

  mutating func add(_ new: [Cohort]) -> Range<Int32> {
    let first = Int32(cohorts.count)
    cohorts += new
    return first..<Int32(cohorts.count)
  }

  mutating func add(_ new: [Stretch]) -> Range<Int32> {
    let first = Int32(stretches.count)
    stretches += new
    return first..<Int32(stretches.count)
  }

  /// - Parameter positions: what `stretchNumbers` says of them is this stretch.
  mutating func mark(_ positions: [Int32], as stretch: Int32, of steps: Int) {
    if stretchNumbers.isEmpty { stretchNumbers = Array(repeating: -1, count: steps) }
    for position in positions { stretchNumbers[Int(position)] = stretch }
  }

  func hold(_ position: Int32) -> Bool { !stretchNumbers.isEmpty && stretchNumbers[Int(position)] >= 0 }

  /// Nothing is added any more.
  mutating func finish() {
    cohortOfMember = Array(repeating: 0, count: members.count)
    for (number, cohort) in cohorts.enumerated() {
      for member in cohort.members { cohortOfMember[Int(member)] = Int32(number) }
    }
  }
}
