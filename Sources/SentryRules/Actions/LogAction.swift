/// `Log`: writes a log entry, and goes on.
enum LogAction: Action {
  static let name = "Log"
  static let codes = GenerationCodes(newest: 16, middle: 15)
  static let summary = "writes a log entry, and goes on"
  static let details = "Below a rule that ends the walk there are two entries for the packet."
  static let parameterMeaning: String? = "a comment for the log"
  static let operation = Operation.log
}
