/// `Delete no log`: discards the packet without a reply or a log entry. Old documents know it by name only.
enum DeleteWithoutLogAction: Action {
  static let name = "Delete no log"
  static let aliases = ["Delete, no log"]
  static let codes = GenerationCodes.none
  static let summary = "discards the packet, unlogged"
  static let details = "A name of old documents; today, Delete with a Dont log below it."
  static let operation = Operation.deleteWithoutLog
}
