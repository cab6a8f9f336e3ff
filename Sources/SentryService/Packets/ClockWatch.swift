internal import SentryPacket

/// Notices that somebody has set the wall clock: compares it with the engine's time, and with a clock that nobody sets.
///
/// The packet thread asks it between batches, never for a packet.
struct ClockWatch {
  /// What a clock may be off without having been set: it is put right by so much in small steps.
  static let tolerance = 3 * Timestamp.nanosecondsPerSecond
  /// How long the engine waits for the wall clock: frames that were stamped before it was set have left the ring by then.
  static let patience = Duration.milliseconds(300)

  /// Since when the wall clock has been behind the engine.
  private var behindSince: ContinuousClock.Instant?
  private var latest: ClockMoment?

  /// The wall clock is behind the engine, which waits.
  var isWaiting: Bool { behindSince != nil }

  /// The engine is to go back to the wall clock's time.
  ///
  /// - Parameter steady: asked only while the wall clock is behind.
  mutating func isSetBack(wall: Timestamp, engine: Timestamp, steady: () -> ContinuousClock.Instant) -> Bool {
    guard engine.nanoseconds - wall.nanoseconds > Self.tolerance else {
      behindSince = nil
      return false
    }
    let now = steady()
    guard let since = behindSince else {
      behindSince = now
      return false
    }
    guard now - since >= Self.patience else { return false }
    behindSince = nil
    return true
  }

  /// By how many nanoseconds the clock was set since the call before: below 0 if it was set back; `nil` if it was not.
  mutating func leap(wall: Timestamp, steady: ContinuousClock.Instant) -> Int64? {
    let now = ClockMoment(wall: wall, steady: steady)
    defer { latest = now }
    return latest.map { $0.leap(to: now) }.flatMap { abs($0) > Self.tolerance ? $0 : nil }
  }

  /// `the clock was set back by 1 h`
  static func text(leap nanoseconds: Int64) -> String {
    let direction = nanoseconds < 0 ? "back" : "forward"
    let second = Timestamp.nanosecondsPerSecond
    return "the clock was set \(direction) by \(span(seconds: (abs(nanoseconds) + second / 2) / second))"
  }

  /// In the two largest units, as `1 h`, `2 d 3 h` or `45 s`.
  static func span(seconds: Int64) -> String { SpokenTime.text(Double(seconds), units: ["d", "h", "min", "s"], " ") }
}
