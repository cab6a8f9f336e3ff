/// `->`: goes on with the first rule below, or the next one.
enum NextLevelAction: Action {
  static let name = "->"
  static let aliases = ["next level"]
  static let codes = GenerationCodes(newest: 0, middle: 0, year2003: 0)
  static let summary = "goes on with the rules below, then with those after"
  static let details = "A rule without an action does this."
  static let operation = Operation.next
}
