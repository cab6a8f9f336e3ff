/// `Source MAC Address`: the hardware address the frame came from.
enum SourceMACProperty: MACAddressProperty {
  static let name = "Source MAC Address"
  static let aliases = ["Source MAC addr"]
  static let codes = GenerationCodes(5, year2003: nil)
  static let summary = "the hardware address the frame came from"
  static let field = NumberField.sourceMAC
}
