internal import BasicContainers
public import SentryPacket

/// What one rule has counted.
public struct RuleCounters: Sendable, Equatable {
  public var matchCount: UInt64 = 0
  /// IP bytes of the packets that matched.
  public var byteCount: UInt64 = 0
  /// `nil`: never matched.
  public var lastTime: Timestamp?
  /// Matches in the last full second.
  public var matchDelta: UInt64 = 0
  /// Bytes in the last full second.
  public var byteDelta: UInt64 = 0

  public init() {}

  /// Counters as they were saved: nothing is known of the last second.
  public init(matchCount: UInt64, byteCount: UInt64, lastTime: Timestamp?) {
    self.matchCount = matchCount
    self.byteCount = byteCount
    self.lastTime = lastTime
  }

  mutating func add(_ counts: MatchCounts) {
    matchCount &+= counts.packets
    byteCount &+= counts.bytes
    lastTime = lastTime.map { max($0, counts.last) } ?? counts.last
  }
}

/// Packets that have matched a rule, which is to be credited with them.
struct MatchCounts {
  /// At least one.
  var packets: UInt64
  var bytes: UInt64
  /// When the last of them came.
  var last: Timestamp
}

/// The counters of all rules, in document order, disabled rules included.
///
/// What a match changes lies together, in half a cache line. Deltas are worked out once a second: a tick costs what the last
/// two seconds' matching rules cost, not what the document is long.
struct RuleStatistics: ~Copyable {
  private var tallies: RigidArray<Tally>
  private var paces: RigidArray<Pace>
  /// A bit for each rule that has ever matched, 64 to a word: most never do, and the others are found without their tallies.
  private var counted: RigidArray<UInt64>
  /// Rules that matched since the last tick; `Tally.tick` says the same of each.
  private var active: RigidArray<Int32>
  private var previouslyActive: RigidArray<Int32>
  /// The number of the second that is being counted; 0 is none.
  private var tickNumber: UInt32 = 1
  /// When counters of an earlier run were restored. Nobody has watched before: idle rules do not count further back.
  private var restoredAt: Timestamp?

  init(ruleCount: Int) {
    tallies = RigidArray(repeating: Tally(), count: ruleCount)
    paces = RigidArray(repeating: Pace(), count: ruleCount)
    counted = RigidArray(repeating: 0, count: (ruleCount + 63) / 64)
    active = RigidArray(capacity: ruleCount)
    previouslyActive = RigidArray(capacity: ruleCount)
  }

  /// Takes over the counters of the rule set before; `successors[old]` is the new index of a rule that did not change, or -1. Nothing
  /// must have been counted yet.
  ///
  /// Takes time with the rules that have counted: packets wait meanwhile.
  mutating func replace(_ old: borrowing RuleStatistics, successors: [Int32]) {
    tickNumber = old.tickNumber
    restoredAt = old.restoredAt
    for word in old.counted.indices {
      var bits = old.counted[word]
      while bits != 0 {
        let previous = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        let new = successors.indices.contains(previous) ? Int(successors[previous]) : -1
        if tallies.indices.contains(new) { take(old.tallies[previous], old.paces[previous], new) }
      }
    }
  }

  /// Takes over what a rule has counted.
  @inline(__always)
  private mutating func take(_ tally: Tally, _ pace: Pace, _ rule: Int) {
    tallies[rule] = tally
    noteCounted(rule)
    let isActive = tally.tick == tickNumber
    let wasActive = pace.matchDelta > 0
    if isActive { active.append(Int32(truncatingIfNeeded: rule)) }
    if wasActive { previouslyActive.append(Int32(truncatingIfNeeded: rule)) }
    // Of the others it says nothing that is used again.
    if isActive || wasActive { paces[rule] = pace }
  }

  @inline(__always)
  private mutating func noteCounted(_ rule: Int) { counted[rule / 64] |= 1 &<< (rule % 64) }

  /// A copy for others.
  var counters: [RuleCounters] { tallies.indices.map { self[Int32(truncatingIfNeeded: $0)] } }

  subscript(rule: Int32) -> RuleCounters {
    let (tally, pace) = (tallies[Int(rule)], paces[Int(rule)])
    var counters = RuleCounters()
    counters.matchCount = tally.matches
    counters.byteCount = tally.bytes
    counters.lastTime = tally.lastTime
    counters.matchDelta = pace.matchDelta
    counters.byteDelta = pace.byteDelta
    return counters
  }

  @inline(__always)
  func matchCount(_ rule: Int32) -> UInt64 { tallies[Int(rule)].matches }

  /// When a rule was last seen to match, for those who ask how long it has been idle.
  @inline(__always)
  func lastTime(_ rule: Int32) -> Timestamp? {
    guard let last = tallies[Int(rule)].lastTime else { return nil }
    return restoredAt.map { max($0, last) } ?? last
  }

  /// Takes over what an earlier run has counted for a rule. Nothing must have been counted for it yet.
  mutating func restore(_ rule: Int32, _ counters: RuleCounters, now: Timestamp) {
    restoredAt = now
    tallies[Int(rule)].restore(counters)
    if counters.lastTime != nil { noteCounted(Int(rule)) }
    // The clock may have been set back since they were saved.
    tallies[Int(rule)].turnBack(to: now)
  }

  /// The clock was set back: what matched after `now` has matched at `now`.
  mutating func turnBack(to now: Timestamp) {
    for rule in tallies.indices { tallies[rule].turnBack(to: now) }
    restoredAt = restoredAt.map { min($0, now) }
  }

  /// True if a tick would change a delta.
  var hasDeltas: Bool { !active.isEmpty || !previouslyActive.isEmpty }

  @inline(__always)
  mutating func countMatch(_ rule: Int32, bytes: UInt64, at time: Timestamp) {
    if tallies[Int(rule)].tick != tickNumber { activate(rule) }
    tallies[Int(rule)].count(1, bytes: bytes, at: time)
  }

  /// Counts matches that somebody else has seen, at least one.
  mutating func credit(_ rule: Int32, _ counts: MatchCounts) {
    if tallies[Int(rule)].tick != tickNumber { activate(rule) }
    tallies[Int(rule)].count(counts.packets, bytes: counts.bytes, at: counts.last)
  }

  @inline(never)
  private mutating func activate(_ rule: Int32) {
    tallies[Int(rule)].tick = tickNumber
    noteCounted(Int(rule))
    paces[Int(rule)].matchesBefore = tallies[Int(rule)].matches
    paces[Int(rule)].bytesBefore = tallies[Int(rule)].bytes
    active.append(rule)
  }

  mutating func resetMatchCount(_ rule: Int32) {
    paces[Int(rule)].matchesBefore &-= tallies[Int(rule)].matches
    tallies[Int(rule)].matches = 0
  }

  mutating func tick() {
    for place in previouslyActive.indices {
      paces[Int(previouslyActive[place])].matchDelta = 0
      paces[Int(previouslyActive[place])].byteDelta = 0
    }
    for place in active.indices {
      let rule = Int(active[place])
      paces[rule].matchDelta = tallies[rule].matches &- paces[rule].matchesBefore
      paces[rule].byteDelta = tallies[rule].bytes &- paces[rule].bytesBefore
    }
    swap(&active, &previouslyActive)
    active.removeAll()
    tickNumber &+= 1
    if tickNumber == 0 { forgetTicks() }
  }

  /// After 136 years of ticks their numbers start again.
  private mutating func forgetTicks() {
    for rule in tallies.indices { tallies[rule].tick = 0 }
    tickNumber = 1
  }
}

/// What a match changes.
private struct Tally: BitwiseCopyable {
  var matches: UInt64 = 0
  var bytes: UInt64 = 0
  private var lastNanoseconds = Int64.min
  /// The second in which the rule matched last.
  var tick: UInt32 = 0

  mutating func restore(_ counters: RuleCounters) {
    matches = counters.matchCount
    bytes = counters.byteCount
    lastNanoseconds = counters.lastTime?.nanoseconds ?? .min
  }

  mutating func turnBack(to now: Timestamp) { lastNanoseconds = min(lastNanoseconds, now.nanoseconds) }

  var hasCounted: Bool { lastNanoseconds != .min }

  var lastTime: Timestamp? { hasCounted ? Timestamp(nanoseconds: lastNanoseconds) : nil }

  @inline(__always)
  mutating func count(_ matches: UInt64, bytes: UInt64, at time: Timestamp) {
    self.matches &+= matches
    self.bytes &+= bytes
    lastNanoseconds = max(lastNanoseconds, time.nanoseconds)
  }
}

/// What a tick changes.
private struct Pace: BitwiseCopyable {
  /// The tally when the second began; only for rules that have matched in it.
  var matchesBefore: UInt64 = 0
  var bytesBefore: UInt64 = 0
  var matchDelta: UInt64 = 0
  var byteDelta: UInt64 = 0
}
