/// The names of ICMP messages in described packets: types and, after some of them, codes.
struct ICMPNotation: Sendable {
  struct Kind: Sendable {
    let name: String
    let type: UInt8
    var codes: [String: UInt8] = [:]
    /// Carries an identifier and a sequence number.
    var isQuery = false
    /// Quotes the packet it is about.
    var isError = false
  }

  let kinds: [Kind]
  /// Other names of the same types.
  private let aliases: [String: String]

  static func messages(isIPv4: Bool) -> ICMPNotation { isIPv4 ? version4 : version6 }

  func kind(named name: String) -> Kind? {
    let name = name.lowercased()
    return kinds.first { $0.name == aliases[name] ?? name }
  }

  func kind(of type: UInt8) -> Kind? { kinds.first { $0.type == type } }

  var names: [String] { kinds.map(\.name) + aliases.keys.sorted() }

  /// RFC 792, RFC 950, RFC 1256, RFC 1812 §5.2.7.1.
  private static let version4 = ICMPNotation(
    kinds: [
      Kind(name: "echo-reply", type: 0, isQuery: true),
      Kind(
        name: "unreachable", type: 3,
        codes: [
          "network": 0, "host": 1, "protocol": 2, "port": 3, "fragmentation": 4, "source-route": 5,
          "network-unknown": 6,
          "host-unknown": 7, "network-prohibited": 9, "host-prohibited": 10, "admin": 13,
        ], isError: true),
      Kind(name: "source-quench", type: 4, isError: true),
      Kind(name: "redirect", type: 5, codes: ["network": 0, "host": 1], isError: true),
      Kind(name: "echo-request", type: 8, isQuery: true),
      Kind(name: "router-advertisement", type: 9),
      Kind(name: "router-solicitation", type: 10),
      Kind(name: "time-exceeded", type: 11, codes: ["transit": 0, "reassembly": 1], isError: true),
      Kind(name: "parameter-problem", type: 12, isError: true),
      Kind(name: "timestamp-request", type: 13, isQuery: true),
      Kind(name: "timestamp-reply", type: 14, isQuery: true),
      Kind(name: "mask-request", type: 17, isQuery: true),
      Kind(name: "mask-reply", type: 18, isQuery: true),
    ], aliases: ["ping": "echo-request", "destination-unreachable": "unreachable"])

  /// RFC 4443, RFC 4861 §4, RFC 2710, RFC 3810.
  private static let version6 = ICMPNotation(
    kinds: [
      Kind(
        name: "unreachable", type: 1, codes: ["no-route": 0, "admin": 1, "scope": 2, "address": 3, "port": 4],
        isError: true),
      Kind(name: "packet-too-big", type: 2, isError: true),
      Kind(name: "time-exceeded", type: 3, codes: ["transit": 0, "reassembly": 1], isError: true),
      Kind(
        name: "parameter-problem", type: 4, codes: ["header": 0, "next-header": 1, "option": 2], isError: true),
      Kind(name: "echo-request", type: 128, isQuery: true),
      Kind(name: "echo-reply", type: 129, isQuery: true),
      Kind(name: "listener-query", type: 130),
      Kind(name: "listener-report", type: 131),
      Kind(name: "listener-done", type: 132),
      Kind(name: "router-solicitation", type: 133),
      Kind(name: "router-advertisement", type: 134),
      Kind(name: "neighbor-solicitation", type: 135),
      Kind(name: "neighbor-advertisement", type: 136),
      Kind(name: "redirect", type: 137),
      Kind(name: "listener-report-2", type: 143),
    ], aliases: ["ping": "echo-request", "destination-unreachable": "unreachable"])
}
