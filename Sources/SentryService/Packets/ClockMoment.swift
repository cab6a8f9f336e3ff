internal import SentryPacket

/// What the wall clock and one that nobody sets say at once.
struct ClockMoment {
  var wall: Timestamp
  var steady: ContinuousClock.Instant

  /// By how many nanoseconds more the wall clock has moved since.
  func leap(to other: ClockMoment) -> Int64 {
    other.wall.nanoseconds - wall.nanoseconds - (other.steady - steady).wholeNanoseconds
  }
}

extension Duration {
  /// Of some years at most.
  fileprivate var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * Timestamp.nanosecondsPerSecond + attoseconds / Timestamp.nanosecondsPerSecond
  }
}
