/// `Idle seconds`: since this rule itself matched. A match starts its clock again, so `>= 60` matches once a minute.
enum IdleSecondsProperty: IdleProperty {
  static let name = "Idle seconds"
  static let aliases = ["Idle time"]
  static let codes = GenerationCodes(26, year2003: 24)
  static let summary = "seconds since this rule matched; asked by the clock"
  static let details = """
    Asked every ten seconds, whether or not the rules above match; a packet never matches. A match \
    starts the count again. Until the first match it counts from when the rules were applied.
    """
  static let example = "60"
  static let suggestions = ["60", "300", "3600"]
  static let subject = IdleSubject.rule
}
