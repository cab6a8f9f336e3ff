/// `Source match rate`: how many packets came from the packet's source address in the last full second. IPv6 sources are
/// counted by their net, as the trigger table keeps them (`settings.triggerIPv6Prefix`).
enum SourceMatchRateProperty: NumberProperty {
  static let name = "Source match rate"
  static let codes = GenerationCodes.none
  static let summary = "packets from the same source in the last full second"
  static let details = """
    Counted second by second: within one second it does not change. IPv6 sources count by their net, of the length \
    settings.triggerIPv6Prefix; those of the link, and of 64:ff9b::/96, by their addresses.
    """
  static let example = "50"
  static let suggestions = ["50", "100", "1000"]
  static let limits: ClosedRange<UInt64> = 0...UInt64.max
  static let valueSyntax = "packets a second: a number, or a range low-high"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .sourceRate(range) }
}
