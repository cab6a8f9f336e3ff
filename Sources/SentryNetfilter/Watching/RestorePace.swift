/// How soon our part may be looked at and put back again: at once the first time, then a few times a second, and ever more
/// slowly for somebody who takes it out again and again.
struct RestorePace {
  private static let shortest = Duration.milliseconds(250)
  private static let longest = Duration.seconds(8)
  /// After so long without a change, the next is like the first.
  private static let calm = Duration.seconds(30)

  private var lastLook: ContinuousClock.Instant?
  private var last: ContinuousClock.Instant?
  private var gap = shortest

  /// How long to wait from `now` before looking at it again; zero for at once.
  func wait(at now: ContinuousClock.Instant) -> Duration {
    let sinceLook = lastLook.map { Self.shortest - (now - $0) } ?? .zero
    let sinceRestored = last.map { gap - (now - $0) } ?? .zero
    return max(.zero, sinceLook, sinceRestored)
  }

  /// It was looked at, and nothing was amiss.
  mutating func looked(at now: ContinuousClock.Instant) { lastLook = now }

  /// It was put back.
  mutating func restored(at now: ContinuousClock.Instant) {
    if let last, now - last < Self.calm { gap = min(gap * 2, Self.longest) } else { gap = Self.shortest }
    last = now
  }
}
