internal import SentryJournal
internal import SentryPacket

/// The time by which something is too old to be kept.
///
/// That is the wall clock's, unless it is suddenly more than an hour ahead: then time goes on from before, by a clock that nobody sets,
/// until the wall clock has stayed where it is for a day. What a wrong date has erased, nothing brings back; what is kept a day
/// longer does no harm.
struct AgeClock {
  /// What the clock may leap forward and be believed.
  private static let tolerance = 3_600 * Timestamp.nanosecondsPerSecond
  /// After so long it is believed whatever it says.
  private static let proof = Duration.seconds(86_400)

  /// The latest moment that was believed.
  private var believed: ClockMoment?
  /// When the clock was asked last.
  private var latest: ClockMoment?
  /// Since when it has not leapt.
  private var steadySince: ContinuousClock.Instant?
  /// By how many nanoseconds the wall clock is ahead of the time that is believed; 0 where it is believed.
  private(set) var lead: Int64 = 0

  /// - Parameter written: the latest time that an earlier run has written; the clock may have been set since, or before.
  mutating func begin(after written: Timestamp?, steady: ContinuousClock.Instant) {
    believed = written.map { ClockMoment(wall: $0, steady: steady) }
  }

  mutating func time(wall: Timestamp, steady: ContinuousClock.Instant) -> RetentionTime {
    let now = ClockMoment(wall: wall, steady: steady)
    if latest.map({ abs($0.leap(to: now)) > Self.tolerance }) ?? true { steadySince = steady }
    latest = now
    let hasHeld = steadySince.map { steady - $0 >= Self.proof } ?? false
    let leap = believed?.leap(to: now) ?? 0
    guard hasHeld || leap <= Self.tolerance else {
      lead = leap
      return RetentionTime(now: Timestamp(nanoseconds: wall.nanoseconds - leap))
    }
    lead = 0
    believed = now
    return RetentionTime(
      now: wall, latest: hasHeld ? Timestamp(nanoseconds: wall.nanoseconds + Self.tolerance) : nil)
  }
}
