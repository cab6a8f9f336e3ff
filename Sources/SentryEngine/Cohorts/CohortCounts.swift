internal import BasicContainers
internal import SentryPacket

/// Packets that have passed members of cohorts and are not credited to them yet, by the last member they have matched.
struct CohortCounts: ~Copyable {
  private var reaches: RigidArray<Reach>
  /// By cohort: it has some.
  private var isActive: RigidArray<Bool>
  private(set) var hasCounts = false

  init(_ cohorts: Cohorts) {
    reaches = RigidArray(repeating: Reach(), count: cohorts.members.count)
    isActive = RigidArray(repeating: false, count: cohorts.cohorts.count)
  }

  /// A packet has matched some members.
  @inline(__always)
  mutating func count(_ passage: Cohorts.Passage, bytes: UInt64, at time: Timestamp) {
    activate(passage.cohort)
    reaches[Int(passage.members.upperBound) - 1].add(packets: 1, bytes: bytes, at: time)
    // Those before are counted already.
    if !passage.isFromStart { reaches[Int(passage.members.lowerBound) - 1].subtract(packets: 1, bytes: bytes) }
  }

  /// Counts what was counted elsewhere.
  mutating func count(_ counts: MatchCounts, upTo member: Int32, isLess: Bool, _ cohorts: Cohorts) {
    activate(cohorts.cohortOfMember[Int(member)])
    reaches[Int(member)].add(counts, isLess: isLess)
  }

  @inline(__always)
  private mutating func activate(_ cohort: Int32) {
    isActive[Int(cohort)] = true
    hasCounts = true
  }

  /// Credits the members.
  mutating func settle(_ cohorts: Cohorts, into statistics: inout RuleStatistics) {
    for (number, cohort) in cohorts.cohorts.enumerated() where isActive[number] {
      isActive[number] = false
      var sum = Reach()
      for member in cohort.members.reversed() {
        if !reaches[Int(member)].isEmpty {
          sum.add(reaches[Int(member)])
          reaches[Int(member)] = Reach()
        }
        guard let counts = sum.counts else { continue }
        statistics.credit(cohorts.memberRules[Int(member)], counts)
      }
    }
    hasCounts = false
  }

  /// A copy of what is not credited yet.
  func snapshot() -> Snapshot { Snapshot(reaches: reaches.indices.map { reaches[$0] }) }

  /// What the members are to be credited with.
  struct Snapshot {
    fileprivate var reaches: [Reach]

    mutating func count(_ counts: MatchCounts, upTo member: Int32, isLess: Bool) {
      reaches[Int(member)].add(counts, isLess: isLess)
    }

    func forEachMember(of cohorts: Cohorts, _ body: (_ rule: Int32, _ counts: MatchCounts) -> Void) {
      for cohort in cohorts.cohorts {
        var sum = Reach()
        for member in cohort.members.reversed() {
          sum.add(reaches[Int(member)])
          if let counts = sum.counts { body(cohorts.memberRules[Int(member)], counts) }
        }
      }
    }
  }
}

/// Packets that have matched a member, and those before it, and no more. For some the members before were counted by themselves:
/// those are subtracted there, and come out as none in the sums.
private struct Reach: BitwiseCopyable {
  private var packets: UInt64 = 0
  private var bytes: UInt64 = 0
  private var lastNanoseconds = Int64.min

  /// Nothing was added or subtracted.
  var isEmpty: Bool { packets == 0 && lastNanoseconds == .min }

  /// What they come to; `nil` for none.
  var counts: MatchCounts? {
    packets == 0
      ? nil : MatchCounts(packets: packets, bytes: bytes, last: Timestamp(nanoseconds: lastNanoseconds))
  }

  @inline(__always)
  mutating func add(packets: UInt64, bytes: UInt64, at time: Timestamp) {
    self.packets &+= packets
    self.bytes &+= bytes
    lastNanoseconds = max(lastNanoseconds, time.nanoseconds)
  }

  @inline(__always)
  mutating func subtract(packets: UInt64, bytes: UInt64) {
    self.packets &-= packets
    self.bytes &-= bytes
  }

  mutating func add(_ counts: MatchCounts, isLess: Bool) {
    if isLess {
      subtract(packets: counts.packets, bytes: counts.bytes)
    } else {
      add(packets: counts.packets, bytes: counts.bytes, at: counts.last)
    }
  }

  /// Adds those that have come further.
  mutating func add(_ other: Reach) {
    packets &+= other.packets
    bytes &+= other.bytes
    lastNanoseconds = max(lastNanoseconds, other.lastNanoseconds)
  }
}
