/// `Dest port`: the port the packet goes to.
enum DestPortProperty: PortProperty {
  static let name = "Dest port"
  static let aliases = ["Destination Port"]
  static let codes = GenerationCodes(19, year2003: 17)
  static let summary = "the port the packet goes to"
  static let example = "137-139"
  static let field = NumberField.destinationPort
}
