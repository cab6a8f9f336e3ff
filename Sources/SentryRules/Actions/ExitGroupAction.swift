/// `Exit group`: goes on after all rules of the nearest `Group` above; without one, as `->`.
enum ExitGroupAction: Action {
  static let name = "Exit group"
  static let aliases = ["Break"]
  static let codes = GenerationCodes(newest: 3, middle: 3)
  static let summary = "goes on after the nearest Group above"
  static let details = "Without a Group above it is as ->, with a warning."
  static let operation = Operation.exitGroup
}
