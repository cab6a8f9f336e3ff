/// `IPOptions`: the options of an IPv4 header. A number of 32 or more is compared with the whole option byte, a lower
/// one with the byte's low five bits: 3 finds a loose source route, whose byte is 131 (RFC 791 §3.1).
enum IPOptionsProperty: OptionsProperty {
  static let name = "IPOptions"
  static let aliases = ["IP options"]
  static let codes = GenerationCodes(12, year2003: 10)
  static let summary = "the IPv4 options: == all of these, != none of them"
  static let details = """
    A number below 32 is compared with the low five bits of the option's byte: 3 and 9 find the loose and the strict \
    source route, whose bytes are 131 and 137. A larger number is compared with the whole byte.
    """
  static let example = "3 (loose source route)"
  static let absence = "Only IPv4 has them; a packet without any matches != and nothing else."

  static func test(list: Int32, noneOf: Bool) -> Test { .ipOptions(list: list, noneOf: noneOf) }
}
