/// `Idle seconds`: since this rule itself matched. A match starts its clock again, so `>= 60` matches once a minute.
enum IdleSecondsProperty: IdleProperty {
  static let name = "Idle seconds"
  static let aliases = ["Idle time"]
  static let codes = GenerationCodes(26, year2003: 24)
  static let summary = "seconds since this rule matched, asked every ten seconds"
  static let example = "60"
  static let subject = IdleSubject.rule
}
