/// The same numbers every time (S. Vigna, splitmix64).
struct Numbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// One of the choices, each as likely as its weight.
  mutating func pick<Choice>(_ choices: [(weight: Double, choice: Choice)]) -> Choice {
    var place = Double.random(in: 0..<choices.reduce(0) { $0 + $1.weight }, using: &self)
    for (weight, choice) in choices {
      place -= weight
      if place < 0 { return choice }
    }
    return choices[choices.count - 1].choice
  }
}
