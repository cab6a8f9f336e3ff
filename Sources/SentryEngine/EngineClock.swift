internal import SentryPacket

/// The engine's time: the latest it has been told (unless it was set back), and the one-second ticks that are due.
///
/// Time comes with the packets (or from the loop that waits for them); nothing here reads a clock. The first tick is one
/// second after the whole second of the first moment, and so on every second. A forward jump of more than a day is worth one
/// day of ticks; after it they go on at the new time (docs/Classic.md, "Timers").
struct EngineClock {
  private static let ticksOfOneDay: Int64 = 86_400

  /// The latest moment seen; `nil` before the first.
  private(set) var latest: Timestamp?
  private var nextTick = Timestamp(nanoseconds: 0)
  private var ticksRun: Int64 = 0

  var now: Timestamp { latest ?? Timestamp(nanoseconds: 0) }

  /// Ticks that are due at or before `time`.
  struct DueTicks {
    var next: Timestamp
    var count: Int64
    /// Ticks that ran before these.
    var ticksRun: Int64

    /// The tick about to run is one of every tenth, which do the idle checks.
    var isIdleCheck: Bool { ticksRun % 10 == 9 }
    /// Ticks before the next idle check, that check not counted.
    var ticksBeforeIdleCheck: Int64 { 9 - ticksRun % 10 }

    mutating func advance(by ticks: Int64) {
      next = next.adding(seconds: ticks)
      ticksRun += ticks
      count -= ticks
    }
  }

  /// When the next idle check is due, if time does not jump; `nil` before the first moment.
  var nextIdleCheck: Timestamp? { latest.map { _ in nextTick.adding(seconds: 9 - ticksRun % 10) } }

  /// Moves the clock to `time` (never back) if no tick becomes due by that.
  ///
  /// - Returns: false before the first moment, and if one does: then the clock stands.
  @inline(__always)
  mutating func advanceWithinSecond(to time: Timestamp) -> Bool {
    guard let latest, time < nextTick else { return false }
    self.latest = max(latest, time)
    return true
  }

  /// Moves the clock to `time` (never back) and says which ticks have become due. The caller runs them in order.
  mutating func advance(to time: Timestamp) -> DueTicks {
    guard let latest else {
      self.latest = time
      nextTick = time.wholeSecond.adding(seconds: 1)
      return DueTicks(next: nextTick, count: 0, ticksRun: ticksRun)
    }
    guard time > latest else { return DueTicks(next: nextTick, count: 0, ticksRun: ticksRun) }
    self.latest = time
    guard time >= nextTick else { return DueTicks(next: nextTick, count: 0, ticksRun: ticksRun) }
    let isJump = time > latest.adding(seconds: Self.ticksOfOneDay)
    let due = DueTicks(
      next: nextTick, count: isJump ? Self.ticksOfOneDay : time.seconds - nextTick.seconds + 1, ticksRun: ticksRun)
    ticksRun += due.count
    nextTick = time.wholeSecond.adding(seconds: 1)
    return due
  }

  /// Sets the clock back to `time`: the next tick is one second after its whole second.
  mutating func turnBack(to time: Timestamp) {
    latest = time
    nextTick = time.wholeSecond.adding(seconds: 1)
  }

  /// Moves the clock to `time` without running what would have been due.
  mutating func skip(to time: Timestamp) {
    guard time > now else { return }
    latest = time
    nextTick = time.wholeSecond.adding(seconds: 1)
  }
}
