public import SentryEngine

/// Measures what rules have matched whose names begin with an underscore (docs/Classic.md, "Bandwidth accounting").
///
/// Given the counts of all rules from time to time, it says what has come since. Two rules of one name stay apart by their
/// numbers.
public struct BandwidthMeter: Sendable {
  private struct Rule: Sendable {
    /// In document order.
    var place: Int
    var label: UInt32
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
  }

  private struct Key: Hashable {
    var minute: Int64
    var label: UInt32
  }

  private var generation: UInt32?
  private var rules: [Rule] = []
  private var waiting: [Key: (packets: UInt64, bytes: UInt64)] = [:]
  /// Of each rule of which something waits, the minute that was added to last.
  private var latestMinutes: [UInt32: Int64] = [:]
  /// Rows that may wait, however long the disk is gone. Beyond that a rule goes on in its latest minute: what it has matched is
  /// all there, only not so finely.
  private let capacity: Int

  public init() { self.init(capacity: 32_768) }

  init(capacity: Int) { self.capacity = capacity }

  /// Rules were put in force, with these counts.
  ///
  /// - Parameter counters: of all rules, in document order; those that are missing have counted nothing.
  public mutating func follow(_ loaded: LoadedRules, counters: [RuleCounters] = []) {
    generation = loaded.generation
    rules = loaded.measuredRules.map { place, label in
      let counted = counters.indices.contains(place) ? counters[place] : RuleCounters()
      return Rule(place: place, label: label, packets: counted.matchCount, bytes: counted.byteCount)
    }
  }

  /// Some rule in force is measured.
  public var isMeasuring: Bool { !rules.isEmpty }

  /// Takes what the rules have counted by now; of other rules than those that were put in force last, nothing.
  ///
  /// - Parameters:
  ///   - counters: of all rules, in document order.
  ///   - seconds: since 1970.
  public mutating func measure(_ counters: [RuleCounters], generation: UInt32, seconds: Int64) {
    guard generation == self.generation else { return }
    for index in rules.indices where counters.indices.contains(rules[index].place) {
      let counted = counters[rules[index].place]
      let rule = rules[index]
      // Counted anew: somebody has reset it.
      let isReset = counted.matchCount < rule.packets || counted.byteCount < rule.bytes
      let packets = counted.matchCount &- (isReset ? 0 : rule.packets)
      let bytes = counted.byteCount &- (isReset ? 0 : rule.bytes)
      (rules[index].packets, rules[index].bytes) = (counted.matchCount, counted.byteCount)
      guard packets > 0 || bytes > 0 else { continue }
      add(packets, bytes, Key(minute: seconds - seconds % 60, label: rule.label))
    }
  }

  private mutating func add(_ packets: UInt64, _ bytes: UInt64, _ key: Key) {
    var key = key
    // A rule of which nothing waits always finds room.
    if waiting.count >= capacity, waiting[key] == nil { key.minute = latestMinutes[key.label] ?? key.minute }
    let before = waiting[key] ?? (0, 0)
    waiting[key] = (before.packets &+ packets, before.bytes &+ bytes)
    latestMinutes[key.label] = key.minute
  }

  /// What waits to be written, oldest first.
  public var rows: [BandwidthRow] {
    waiting.map {
      BandwidthRow(minute: $0.key.minute, rule: $0.key.label, packets: $0.value.packets, bytes: $0.value.bytes)
    }
    .sorted { ($0.minute, $0.rule) < ($1.minute, $1.rule) }
  }

  /// Something waits to be written.
  public var hasRows: Bool { !waiting.isEmpty }

  /// They are written.
  public mutating func remove(_ rows: [BandwidthRow]) {
    for row in rows {
      waiting[Key(minute: row.minute, label: row.rule)] = nil
      if latestMinutes[row.rule] == row.minute { latestMinutes[row.rule] = nil }
    }
  }
}

/// What a rule has matched in a minute, or in a part of it.
public struct BandwidthRow: Sendable, Hashable {
  /// Seconds since 1970 of the minute's beginning.
  public var minute: Int64
  /// The rule's number in the book of labels.
  public var rule: UInt32
  public var packets: UInt64
  public var bytes: UInt64

  public init(minute: Int64, rule: UInt32, packets: UInt64, bytes: UInt64) {
    self.minute = minute
    self.rule = rule
    self.packets = packets
    self.bytes = bytes
  }
}
