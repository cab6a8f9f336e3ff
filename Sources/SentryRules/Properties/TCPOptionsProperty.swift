/// `TCPOptions`: the option kinds of a TCP header (RFC 9293 §3.1).
enum TCPOptionsProperty: OptionsProperty {
  static let name = "TCPOptions"
  static let aliases = ["TCP options"]
  static let codes = GenerationCodes(17, year2003: 15)
  static let summary = "the TCP options: == all of these, != none of them"
  static let example = "2 (MSS), 4 (SACK permitted)"
  static let precondition: String? = "TCP"

  static func test(list: Int32, noneOf: Bool) -> Test { .tcpOptions(list: list, noneOf: noneOf) }
}
