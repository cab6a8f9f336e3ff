/// `Trigger`: puts the source address into table `trigger`, then acts as `Delete`.
enum TriggerAction: Action {
  static let name = "Trigger"
  static let codes = GenerationCodes(newest: 11, middle: 10)
  static let summary = "remembers the source in table trigger, and discards the packet"
  static let operation = Operation.trigger
}
