/// How soon our part may be put back again: at once the first time, then ever more slowly for somebody who takes it out
/// again and again.
struct RestorePace {
  private static let shortest = Duration.milliseconds(250)
  private static let longest = Duration.seconds(8)
  /// After so long without a change, the next is like the first.
  private static let calm = Duration.seconds(30)

  private var last: ContinuousClock.Instant?
  private var gap = shortest

  /// How long to wait from `now` before putting it back; zero for at once.
  func wait(at now: ContinuousClock.Instant) -> Duration {
    guard let last else { return .zero }
    return max(.zero, gap - (now - last))
  }

  /// It was put back.
  mutating func restored(at now: ContinuousClock.Instant) {
    if let last, now - last < Self.calm { gap = min(gap * 2, Self.longest) } else { gap = Self.shortest }
    last = now
  }
}
