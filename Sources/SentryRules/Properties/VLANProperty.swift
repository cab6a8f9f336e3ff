/// `VLAN`: the identifier in the frame's IEEE 802.1Q tag; of several tags in the outermost.
enum VLANProperty: NumberProperty {
  static let name = "VLAN"
  static let codes = GenerationCodes.none
  static let summary = "the identifier of the frame's outermost VLAN tag"
  static let example = "100"
  static let limits: ClosedRange<UInt64> = 0...4095
  static let precondition: String? = "a frame with a VLAN tag"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.vlan, range) }
}
