/// `TTL`: the time to live of IPv4, the hop limit of IPv6: how many more routers may pass the packet on (RFC 791 §3.2,
/// RFC 8200 §3).
enum TTLProperty: NumberProperty {
  static let name = "TTL"
  static let codes = GenerationCodes.none
  static let summary = "how many more routers may pass the packet on"
  static let details = "IPv6 calls it hop limit."
  static let example = "1"
  static let limits: ClosedRange<UInt64> = 0...255
  static let aliases = ["Hop limit"]

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.timeToLive, range) }
}
