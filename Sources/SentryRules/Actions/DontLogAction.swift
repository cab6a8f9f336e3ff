/// `Dont log`: keeps this packet out of the log from here on; alerts and mails still go out.
enum DontLogAction: Action {
  static let name = "Dont log"
  static let aliases = ["Don't log", "Don’t log"]
  static let codes = GenerationCodes(newest: 17, middle: 16)
  static let summary = "keeps this packet out of the log from here on"
  static let details = "Entries already written stay; alerts and mails go out all the same."
  static let operation = Operation.dontLog
}
