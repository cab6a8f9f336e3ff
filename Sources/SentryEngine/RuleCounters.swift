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

  /// Gathered since the last tick, to become the deltas at the next.
  var matchesSinceTick: UInt64 = 0
  var bytesSinceTick: UInt64 = 0

  public init() {}

  /// - Returns: true for the first match since the last tick.
  @inline(__always)
  fileprivate mutating func count(_ matches: UInt64 = 1, bytes: UInt64, at time: Timestamp) -> Bool {
    let isFirst = matchesSinceTick == 0
    matchCount &+= matches
    byteCount &+= bytes
    lastTime = time
    matchesSinceTick &+= matches
    bytesSinceTick &+= bytes
    return isFirst
  }
}

/// The counters of all rules, in document order, disabled rules included.
///
/// A tick costs what the last two seconds' matching rules cost, not what the document is long: rules that matched since the
/// last tick stand in a list of their own, and those of the tick before it fall back to zero.
struct RuleStatistics: ~Copyable {
  private(set) var counters: [RuleCounters]
  private var active: [Int32] = []
  private var previouslyActive: [Int32] = []

  init(ruleCount: Int) {
    counters = Array(repeating: RuleCounters(), count: ruleCount)
    active.reserveCapacity(ruleCount)
    previouslyActive.reserveCapacity(ruleCount)
  }

  /// New counters for another rule set; `pairs[new]` is the old index of a rule that did not change, or -1.
  init(ruleCount: Int, replacing old: borrowing RuleStatistics, pairs: [Int32]) {
    self.init(ruleCount: ruleCount)
    for (new, previous) in pairs.prefix(ruleCount).enumerated() where old.counters.indices.contains(Int(previous)) {
      counters[new] = old.counters[Int(previous)]
      if counters[new].matchesSinceTick > 0 { active.append(Int32(new)) }
      if counters[new].matchDelta > 0 { previouslyActive.append(Int32(new)) }
    }
  }

  subscript(rule: Int32) -> RuleCounters { counters[Int(rule)] }

  /// True if a tick would change a delta.
  var hasDeltas: Bool { !active.isEmpty || !previouslyActive.isEmpty }

  mutating func countMatch(_ rule: Int32, bytes: UInt64, at time: Timestamp) {
    if counters[Int(rule)].count(bytes: bytes, at: time) { active.append(rule) }
  }

  /// Counts matches that somebody else has seen, at least one.
  mutating func credit(_ rule: Int32, matches: UInt64, bytes: UInt64, at time: Timestamp) {
    if counters[Int(rule)].count(matches, bytes: bytes, at: time) { active.append(rule) }
  }

  mutating func resetMatchCount(_ rule: Int32) { counters[Int(rule)].matchCount = 0 }

  mutating func tick() {
    for rule in previouslyActive {
      counters[Int(rule)].matchDelta = 0
      counters[Int(rule)].byteDelta = 0
    }
    for rule in active {
      let index = Int(rule)
      counters[index].matchDelta = counters[index].matchesSinceTick
      counters[index].byteDelta = counters[index].bytesSinceTick
      counters[index].matchesSinceTick = 0
      counters[index].bytesSinceTick = 0
    }
    swap(&active, &previouslyActive)
    active.removeAll(keepingCapacity: true)
  }
}
