/// `Packet length`: the length of the IP packet in bytes, header included, as the byte counters count it.
enum PacketLengthProperty: NumberProperty {
  static let name = "Packet length"
  static let codes = GenerationCodes.none
  static let summary = "the length of the IP packet in bytes, header included"
  static let details = "What IP's header says, never more than what was on the wire."
  static let example = "1500-65535"
  static let limits: ClosedRange<UInt64> = 0...4_294_967_295

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.packetLength, range) }
}
