/// `Parent match count`: how often the rule above has matched, this packet included; below an `Include`, how often
/// the packet's own table entry was hit. 0 at the top level.
enum ParentMatchCountProperty: NumberProperty {
  static let name = "Parent match count"
  static let codes = GenerationCodes(28, year2003: 26)
  static let summary = "how often the rule above has matched"
  static let details = """
    The present packet is included. Directly below an Include that found the packet's sender in a table it is the \
    count of that entry. At the top level it is 0.
    """
  static let valueSyntax = "a number, or a range low-high"
  static let example = "50"
  static let limits: ClosedRange<UInt64> = 0...UInt64.max

  static func test(_ range: ClosedRange<UInt64>) -> Test { .parentMatchCount(range) }
}
