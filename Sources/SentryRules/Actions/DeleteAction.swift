/// `Delete`: discards the packet without a reply, and logs it.
enum DeleteAction: Action {
  static let name = "Delete"
  static let codes = GenerationCodes(newest: 5, middle: 5)
  static let summary = "discards the packet without a reply"
  static let details = "The sender cannot tell that there is anybody."
  static let operation = Operation.delete
}
