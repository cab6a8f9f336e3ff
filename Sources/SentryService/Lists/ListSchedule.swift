/// When a list's source is looked at again.
struct ListSchedule: Sendable {
  let refreshSeconds: Int
  /// The first pause after a failure, in seconds; each further failure doubles it.
  let firstPause: Double
  private(set) var failures = 0

  private static let mostDoublings = 16

  init(refreshSeconds: Int, firstPause: Double) {
    self.refreshSeconds = refreshSeconds
    self.firstPause = firstPause
  }

  /// Seconds until the next look after one that went well: up to a tenth more than `refreshSeconds`, so that not all who follow a list
  /// come at once.
  mutating func afterSuccess(using random: inout some RandomNumberGenerator) -> Double {
    failures = 0
    return Double(refreshSeconds) * Double.random(in: 1...1.1, using: &random)
  }

  /// The same after one that failed: from `firstPause` on doubling, up to `refreshSeconds`, and up to a quarter more or less.
  ///
  /// - Parameter wanted: what the server asks for, at least.
  mutating func afterFailure(wanted: Int?, using random: inout some RandomNumberGenerator) -> Double {
    let doubled = firstPause * Double(1 << min(failures, Self.mostDoublings))
    failures += 1
    let pause = min(doubled, Double(refreshSeconds)) * Double.random(in: 0.75...1.25, using: &random)
    return max(pause, Double(wanted ?? 0))
  }
}
