/// `Alert`: writes a log entry, alerts, and goes on.
enum AlertAction: Action {
  static let name = "Alert"
  static let codes = GenerationCodes(newest: 18, middle: 17)
  static let summary = "writes a log entry and alerts, and goes on"
  static let parameterMeaning: String? = "a comment"
  static let operation = Operation.alert
}
