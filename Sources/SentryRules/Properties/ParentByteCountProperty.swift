/// `Parent byte count`: the IP bytes of all packets that the rule above has matched, this one included. 0 at the top level.
enum ParentByteCountProperty: NumberProperty {
  static let name = "Parent byte count"
  static let codes = GenerationCodes(30, year2003: nil)
  static let summary = "the bytes of all packets that the rule above has matched"
  static let details = """
    The present packet is included. At the top level it is 0. Matches without a packet, too, in a timer.
    """
  static let example = "1000000"
  static let limits: ClosedRange<UInt64> = 0...UInt64.max
  static let valueSyntax = "bytes: a number, or a range low-high"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .parentByteCount(range) }
}
