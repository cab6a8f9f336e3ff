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

/// The votes of one document's rules. Properties and actions are judged apart.
struct NumberingVotes {
  private(set) var properties = GenerationVotes()
  private(set) var actions = GenerationVotes()
  /// Some rule has a number for a property or an action.
  private(set) var hasNumbers = false

  /// Takes note of which numbers go with which names in one rule.
  mutating func add(_ rule: RuleFields) {
    guard rule.hasNumbers else { return }
    hasNumbers = true
    Self.add(rule.property, in: .properties, to: &properties)
    Self.add(rule.action, in: .actions, to: &actions)
  }

  private static func add<Item>(_ field: NamedField, in table: NameTable<Item>, to votes: inout GenerationVotes) {
    guard field.hasNumber, let word = field.word, let code = field.code, let entry = table.entry(named: word) else {
      return
    }
    votes.add(code, named: entry.codes)
  }
}
