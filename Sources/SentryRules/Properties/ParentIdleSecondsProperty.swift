/// `Parent idle seconds`: since the rule above matched. Goes on matching at every check while the silence lasts.
enum ParentIdleSecondsProperty: IdleProperty {
  static let name = "Parent idle seconds"
  static let aliases = ["Parent idle time"]
  static let codes = GenerationCodes(27, year2003: 25)
  static let summary = "seconds since the rule above matched; asked by the clock"
  static let details = """
    Asked every ten seconds, whether or not the rules above match; a packet never matches. Goes on \
    matching at every check while the silence lasts.
    """
  static let example = "200"
  static let suggestions = ["60", "300", "3600"]
  static let subject = IdleSubject.parent
}
