/// `Data content`: text in the payload, within a window. The whole text must lie inside the window and the packet.
enum DataContentProperty: Property {
  static let name = "Data content"
  static let codes = GenerationCodes(20, year2003: 18)
  static let summary = "text in the payload"
  static let details = """
    Looks in the first 64 bytes of the payload, unless the window says otherwise. The whole text must lie in the \
    window, in what was captured, and before the stop byte, a decimal code. A window that begins with + or - counts \
    from where the packet's search before found something. a=A makes no difference between capitals and small letters. \
    The whole value counts: remarks in parentheses are part of the text.
    """
  static let valueSyntax = """
    text, with [start], [start:length] or [start:length:stop] before it for the window; +start or -start counts from \
    the previous find; \\n \\r \\t \\0 \\f \\b \\xHH are escapes
    """
  static let example = "[0:64]GET /"
  static let relations: Set<Relation> = [.equal, .notEqual, .equalIgnoringCase]
  static let absence = "A packet without a payload matches != and nothing else."
  static let remarks = ValueRemarks.nowhere

  static func parse(_ text: Substring) throws(ValueError) -> ContentPattern {
    try ContentText.parse(text)
  }

  static func lower(_ relation: Relation, _ operand: ContentPattern, into program: inout ProgramBuilder) -> LoweredTest
  {
    var pattern = operand
    pattern.ignoresCase = relation == .equalIgnoringCase
    return LoweredTest(.content(pattern: program.index(of: pattern)), relation)
  }
}
