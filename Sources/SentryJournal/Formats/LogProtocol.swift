/// What entries call a packet's protocol: `TCP`, `UDP`, `ICMP:8,0` (type and code), `ICMPv6:128,0`, else the number; `IP` if that
/// is not known.
struct LogProtocol {
  var name: Substring
  var icmp: (type: UInt8, code: UInt8)?

  /// The kernel's own log parts type and code by a dot; that is read as well.
  init(_ text: Substring) {
    name = text.prefix { $0 != ":" }
    let numbers = text[name.endIndex...].dropFirst().split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "." })
    guard name.hasPrefix("ICMP"), numbers.count == 2, let type = UInt8(numbers[0]), let code = UInt8(numbers[1]) else {
      return
    }
    icmp = (type, code)
  }

  /// As entries have it.
  var text: String { icmp.map { "\(name):\($0.type),\($0.code)" } ?? String(name) }

  /// What the ICMP type (and code) means; `nil` where it has no name.
  var detail: String? {
    guard let icmp else { return nil }
    return name == "ICMPv6" ? ICMPNames.version6(type: icmp.type) : ICMPNames.version4(type: icmp.type, code: icmp.code)
  }
}
