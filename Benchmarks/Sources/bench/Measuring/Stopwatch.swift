import Foundation

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (start.duration(to: .now)) / .seconds(1)
}

/// Times something that is done again and again. On a machine that others use, too, the fastest time is what the work
/// takes.
struct Fastest {
  /// Of all of the work.
  private(set) var seconds = Double.infinity

  mutating func run(_ body: () throws -> Void) rethrows { take(try bench.seconds(body)) }

  /// Something took so long.
  mutating func take(_ time: Double) { seconds = min(seconds, time) }

  /// Of each of so many steps.
  func nanoseconds(for steps: Int) -> Double { seconds * 1e9 / Double(max(1, steps)) }
}

/// The fastest times of two works that take turns, so that what slows the machine down slows both.
///
/// - Parameters:
///   - rounds: turns of each; fewer where they would take more than some seconds. A turn repeats what takes less than
///     some milliseconds.
func inTurn(rounds: Int = 40, _ first: () -> Void, _ second: () -> Void) -> (first: Double, second: Double) {
  let (firstCount, secondCount) = (repeats(of: first), repeats(of: second))
  var (fastestFirst, fastestSecond) = (Fastest(), Fastest())
  let start = ContinuousClock.now
  for round in 0..<rounds {
    fastestFirst.run { for _ in 0..<firstCount { first() } }
    fastestSecond.run { for _ in 0..<secondCount { second() } }
    if round > 0, start.duration(to: .now) > .seconds(3) { break }
  }
  return (fastestFirst.seconds / Double(firstCount), fastestSecond.seconds / Double(secondCount))
}

/// How often `work` is done in some milliseconds. Warms up what it tries.
private func repeats(of work: () -> Void) -> Int {
  var count = 1
  while seconds({ for _ in 0..<count { work() } }) < 0.004 { count *= 2 }
  return count
}
