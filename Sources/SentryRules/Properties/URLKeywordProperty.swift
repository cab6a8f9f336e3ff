internal import SentryPacket

/// `URL keyword`: text in the request line or the `Host` header of an HTTP request, letters in either case.
enum URLKeywordProperty: Property {
  static let name = "URL keyword"
  static let codes = GenerationCodes(21, year2003: 19)
  static let summary = "text in the address that an HTTP request asks for"
  static let details = """
    Behind the method in the request line, or in a Host field, wherever they are in the segment that starts the request. \
    Capitals do not matter. The whole value counts: remarks in parentheses are part of the text.
    """
  static let valueSyntax = "text, in either case; \\n \\r \\t \\0 \\f \\b \\xHH are escapes"
  static let example = "example.org/admin"
  static let relations: Set<Relation> = [.equal, .notEqual, .equalIgnoringCase]
  static let precondition: String? = "TCP"
  static let remarks = ValueRemarks.nowhere

  static func parse(_ text: Substring) throws(ValueError) -> [UInt8] {
    try ContentText.bytes(of: text, in: text).map(\.foldedASCII)
  }

  static func lower(_ relation: Relation, _ operand: [UInt8], into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.urlKeyword(keyword: program.index(ofKeyword: operand)), relation)
  }
}
