/// Finds out which generation's numbers a document uses: each rule that has both a known name and a number votes for
/// the generations in which they belong together.
struct GenerationVotes {
  private var votes: [Generation: Int] = [:]

  mutating func add(_ number: Int, named codes: GenerationCodes) {
    for generation in Generation.allCases where codes[generation] == number {
      votes[generation, default: 0] += 1
    }
  }

  /// No other generation has as many votes as the winner.
  var isDecided: Bool {
    let winner = winner
    return Generation.allCases.allSatisfy { $0 == winner || votes[$0, default: 0] < votes[winner, default: 0] }
  }

  /// The generation with most votes; of equals, and without any, the newest.
  var winner: Generation {
    var winner = Generation.newest
    for generation in Generation.allCases where votes[generation, default: 0] > votes[winner, default: 0] {
      winner = generation
    }
    return winner
  }
}
