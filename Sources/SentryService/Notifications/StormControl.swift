internal import SentryEngine
internal import SentryRules

/// How many notifications may be carried out in a minute, of each rule and of all together; and what was not, because it was more.
///
/// A minute begins with the first notification after the one before it.
struct StormControl {
  struct Limits: Equatable, Sendable {
    var perMinute: Int
    var perRule: Int

    init(_ settings: Settings) {
      perMinute = settings.notificationsPerMinute
      perRule = settings.notificationsPerRule
    }
  }

  /// Notifications of a rule that were not carried out.
  struct Suppression: Equatable, Sendable {
    /// What the rule does.
    var kind: EngineEvent.Kind
    /// As `RuleLabels` numbers it.
    var rule: UInt32
    var count: UInt64
  }

  private struct Count {
    let kind: EngineEvent.Kind
    var admitted = 0
    var suppressed: UInt64 = 0
  }

  private static let minute = Duration.seconds(60)

  var limits: Limits
  private var begin: ContinuousClock.Instant?
  private var admitted = 0
  private var counts: [UInt32: Count] = [:]

  init(_ limits: Limits) { self.limits = limits }

  /// Whether this one is carried out. `endMinute` must have been asked before, at the same time.
  mutating func admits(_ kind: EngineEvent.Kind, rule: UInt32, now: ContinuousClock.Instant) -> Bool {
    if begin == nil { begin = now }
    var count = counts[rule, default: Count(kind: kind)]
    defer { counts[rule] = count }
    guard admitted < limits.perMinute, count.admitted < limits.perRule else {
      count.suppressed += 1
      return false
    }
    admitted += 1
    count.admitted += 1
    return true
  }

  /// What was suppressed in the minute that is over, by rules in their order; `nil` if none is.
  mutating func endMinute(now: ContinuousClock.Instant) -> [Suppression]? {
    guard let begin, now - begin >= Self.minute else { return nil }
    return end()
  }

  /// As if the minute were over; `nil` if none has begun.
  mutating func end() -> [Suppression]? {
    guard begin != nil else { return nil }
    defer {
      begin = nil
      admitted = 0
      counts.removeAll()
    }
    return counts.filter { $0.value.suppressed > 0 }
      .map { Suppression(kind: $0.value.kind, rule: $0.key, count: $0.value.suppressed) }.sorted { $0.rule < $1.rule }
  }
}
