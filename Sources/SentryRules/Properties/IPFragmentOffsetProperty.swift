/// `IPFragmentOffset`: where the packet's data belongs in the whole datagram, in 8-byte units (RFC 791 §3.1). Of IPv6
/// the offset of the fragment header (RFC 8200 §4.5), 0 without one.
enum IPFragmentOffsetProperty: NumberProperty {
  static let name = "IPFragmentOffset"
  static let aliases = ["IP fragment offset", "Fragment Offset"]
  static let codes = GenerationCodes(11, year2003: 9)
  static let summary = "the fragment offset, in units of 8 bytes"
  static let details = """
    0 is a whole packet or a first fragment. Of IPv6 the offset of the fragment header, 0 without one.
    """
  static let example = "1-63"
  static let suggestions = ["0", "1-8191"]
  static let limits: ClosedRange<UInt64> = 0...8191

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.fragmentOffset, range) }
}
