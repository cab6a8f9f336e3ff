/// `Pass`: lets the packet through.
enum PassAction: Action {
  static let name = "Pass"
  static let codes = GenerationCodes(newest: 4, middle: 4)
  static let summary = "lets the packet through"
  static let details = "No rule after it is asked, but those below it are."
  static let operation = Operation.pass
}
