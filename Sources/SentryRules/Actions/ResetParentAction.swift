/// `Reset parent`: sets the match count of the rule above to 0; below an `Include` that of the packet's table entry,
/// too.
enum ResetParentAction: Action {
  static let name = "Reset parent"
  static let codes = GenerationCodes(newest: 21, middle: 20)
  static let summary = "sets the match count of the rule above to 0"
  static let details = "Directly below an Include that found the sender in a table, that entry's count, too."
  static let parameterMeaning: String? = "a comment"
  static let operation = Operation.resetParent
}
