import Foundation

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (start.duration(to: .now)) / .seconds(1)
}

/// Times something that goes on step by step, again and again. On a machine that others use, too, the fastest time is what
/// the work takes.
struct Fastest {
  /// Of one step.
  private(set) var nanoseconds = Double.infinity

  mutating func run(_ steps: Int, _ body: (Int) throws -> Void) rethrows {
    let elapsed = try seconds { try body(steps) }
    nanoseconds = min(nanoseconds, elapsed * 1e9 / Double(max(1, steps)))
  }
}

/// The nanoseconds that a step takes of two works that take turns, so that what slows the machine down slows both.
///
/// - Parameters:
///   - rounds: turns of each; fewer where they would take more than some seconds.
///   - first: does so many steps as it is told; `second` likewise.
func nanosecondsInTurn(
  rounds: Int = 40, _ first: (Int) throws -> Void, _ second: (Int) throws -> Void
) rethrows -> (first: Double, second: Double) {
  let firstSteps = try stepsPerRound(first)
  let secondSteps = try stepsPerRound(second)
  var (fastestFirst, fastestSecond) = (Fastest(), Fastest())
  let start = ContinuousClock.now
  for round in 0..<rounds {
    try fastestFirst.run(firstSteps, first)
    try fastestSecond.run(secondSteps, second)
    if round > 0, start.duration(to: .now) > .seconds(3) { break }
  }
  return (fastestFirst.nanoseconds, fastestSecond.nanoseconds)
}

/// So many steps that a round takes some milliseconds. Warms up what it tries.
private func stepsPerRound(_ work: (Int) throws -> Void) rethrows -> Int {
  var steps = 16
  while try seconds({ try work(steps) }) < 0.004 { steps *= 2 }
  return steps
}
