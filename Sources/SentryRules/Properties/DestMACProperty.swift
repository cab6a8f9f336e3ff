/// `Dest MAC Address`: the hardware address the frame goes to.
enum DestMACProperty: MACAddressProperty {
  static let name = "Dest MAC Address"
  static let aliases = ["Dest MAC addr", "Destination MAC Address"]
  static let codes = GenerationCodes(6, year2003: nil)
  static let summary = "the hardware address the frame goes to"
  static let field = NumberField.destinationMAC
}
