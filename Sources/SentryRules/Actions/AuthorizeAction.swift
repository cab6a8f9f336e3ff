/// `Authorize`: puts the source address into table `authorize`, and goes on.
enum AuthorizeAction: Action {
  static let name = "Authorize"
  static let codes = GenerationCodes(newest: 10, middle: 9)
  static let summary = "remembers the source in table authorize, and goes on"
  static let details = "A rule Include == authorize finds them: who has knocked properly may come in."
  static let operation = Operation.authorize
}
