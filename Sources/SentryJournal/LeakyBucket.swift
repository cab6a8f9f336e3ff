internal import SentryPacket

/// Admits so many a second in the long run, and some seconds' worth of them at once after silence: the virtual scheduling of
/// ITU-T I.371, annex A.
struct LeakyBucket: Sendable {
  /// Up to when the clock has to go until nothing of what was admitted counts any more: nanoseconds since 1970.
  private var busyUntil: Int64 = 0

  /// A clock that was set back keeps nobody out for long: what was admitted counts for one burst at most.
  ///
  /// - Parameters:
  ///   - cost: nanoseconds that one takes up.
  ///   - burst: nanoseconds that all may be ahead of the clock.
  mutating func admits(at time: Timestamp, cost: Int64, burst: Int64) -> Bool {
    let now = time.nanoseconds
    busyUntil = min(max(busyUntil, now), now &+ burst)
    guard busyUntil &+ cost <= now &+ burst else { return false }
    busyUntil &+= cost
    return true
  }

  /// Something that was admitted still counts.
  func isBusy(at time: Timestamp) -> Bool { busyUntil > time.nanoseconds }
}
