/// What logs call ICMP messages.
enum ICMPNames {
  /// The type's name, followed by the code's for an unreachable destination (docs/Classic.md, "Text log"; the types are
  /// those of RFC 792). A name that is not known is left out.
  static func version4(type: UInt8, code: UInt8) -> String? {
    guard let typeName = version4Types[type] else { return nil }
    guard type == 3, let codeName = unreachableCodes[code] else { return typeName }
    return "\(typeName),\(codeName)"
  }

  /// RFC 4443 §2.1 and, for neighbour discovery, RFC 4861 §4.
  static func version6(type: UInt8) -> String? { version6Types[type] }

  private static let version4Types: [UInt8: String] = [
    0: "echo reply", 3: "destination unreachable", 4: "source quench", 5: "redirect", 8: "echo request",
    11: "time exceeded", 12: "parameter problem",
  ]

  private static let unreachableCodes: [UInt8: String] = [
    0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
    6: "network unknown", 7: "destination host unknown", 9: "destination network admin restricted",
    10: "destination host admin restricted", 13: "communication admin filtered",
  ]

  private static let version6Types: [UInt8: String] = [
    1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem", 128: "echo request",
    129: "echo reply", 133: "router solicitation", 134: "router advertisement", 135: "neighbor solicitation",
    136: "neighbor advertisement", 137: "redirect",
  ]
}
