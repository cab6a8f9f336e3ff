/// `Group`: goes on below, and marks the rules that `Exit group` leaves.
enum GroupAction: Action {
  static let name = "Group"
  static let codes = GenerationCodes(newest: 2, middle: 2)
  static let summary = "as ->, and marks what Exit group leaves"
  static let operation = Operation.group
}
