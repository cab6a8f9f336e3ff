/// `Keep invalid`: puts the source address into table `invalid`, and goes on.
enum KeepInvalidAction: Action {
  static let name = "Keep invalid"
  static let codes = GenerationCodes(newest: 9, middle: nil)
  static let summary = "remembers the source in table invalid, and goes on"
  static let details = "The check for short TCP headers puts its senders there, too."
  static let operation = Operation.keepInvalid
}
