public import SentryPacket

/// Bounds how many packets we send to others, so that a flood with forged sources cannot use us against those sources.
///
/// A token bucket: `perSecond` answers a second in the long run, `burst` at once after a quiet time. Whoever carries out
/// verdicts asks before each answer that leaves this host; answers to local programs hurt nobody else and need not ask.
public struct AnswerLimit: Sendable {
  /// 1 or more.
  public let perSecond: Int
  /// 1 or more.
  public let burst: Int
  /// Answers that were not sent, since the start.
  public private(set) var refused: UInt64 = 0

  /// What of the burst is left, counted in the time it takes to earn it.
  private var credit: Int64
  private var last: Timestamp?

  /// - Parameters:
  ///   - perSecond: the nearest of 1...1 000 000.
  ///   - burst: the nearest of 1...1 000 000.
  public init(perSecond: Int = 200, burst: Int = 100) {
    self.perSecond = max(1, min(1_000_000, perSecond))
    self.burst = max(1, min(1_000_000, burst))
    credit = 0
    credit = fullCredit
  }

  /// A clock that goes back further was set.
  private static let longestStepBack = 3 * Timestamp.nanosecondsPerSecond

  private var price: Int64 { Timestamp.nanosecondsPerSecond / Int64(perSecond) }
  private var fullCredit: Int64 { price * Int64(burst) }

  /// Takes one answer out of the bucket; false if it is empty.
  ///
  /// - Parameter now: never earns anything if it is before that of an earlier call; where it is more than three seconds before, the clock was
  ///   set back, and time goes on from there.
  public mutating func allows(at now: Timestamp) -> Bool {
    earn(until: now)
    guard credit >= price else {
      refused &+= 1
      return false
    }
    credit -= price
    return true
  }

  private mutating func earn(until now: Timestamp) {
    guard let last, last.nanoseconds &- now.nanoseconds <= Self.longestStepBack else {
      self.last = now
      return
    }
    guard now > last else { return }
    self.last = now
    let (passed, isLong) = now.nanoseconds.subtractingReportingOverflow(last.nanoseconds)
    credit = isLong || passed >= fullCredit ? fullCredit : min(fullCredit, credit + passed)
  }
}
