internal import SentryPacket

/// How long the judgement of a packet takes, from a sample: one packet in many is timed, so that the others do not pay for two looks
/// at the clock.
///
/// Part of the packet thread: counts in place, and allocates nothing.
struct EvaluationTimes: Sendable {
  /// Upper bounds of the buckets, in nanoseconds.
  static var bounds: InlineArray<14, UInt64> {
    [
      100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000,
      100_000_000,
    ]
  }

  /// Of so many packets one is timed.
  let interval: UInt32
  private var untilNext: UInt32
  private var counts = InlineArray<14, UInt64>(repeating: 0)
  /// Longer than the last bound.
  private(set) var beyond: UInt64 = 0
  private(set) var nanoseconds: UInt64 = 0

  /// - Parameter interval: 1 or more.
  init(interval: UInt32 = 256) {
    self.interval = max(1, interval)
    untilNext = self.interval
  }

  /// Whether the packet that comes now is timed.
  @inline(__always)
  mutating func isDue() -> Bool {
    untilNext &-= 1
    guard untilNext == 0 else { return false }
    untilNext = interval
    return true
  }

  /// A packet took so long; less than nothing, as a clock may say, counts as nothing.
  mutating func record(from start: Timestamp, to end: Timestamp) {
    let elapsed = UInt64(max(0, end.nanoseconds &- start.nanoseconds))
    nanoseconds &+= elapsed
    let bounds = Self.bounds
    for place in bounds.indices where elapsed <= bounds[place] {
      counts[place] &+= 1
      return
    }
    beyond &+= 1
  }

  /// Bounds in seconds, with what lies at each or below, but above the one before.
  var buckets: [(bound: Double, count: UInt64)] {
    let bounds = Self.bounds
    return bounds.indices.map { (Double(bounds[$0]) / 1e9, counts[$0]) }
  }
}
