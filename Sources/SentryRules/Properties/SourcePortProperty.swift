/// `Source port`: the port the packet came from.
enum SourcePortProperty: PortProperty {
  static let name = "Source port"
  static let codes = GenerationCodes(18, year2003: 16)
  static let summary = "the port the packet came from"
  static let example = "53 (DNS)"
  static let field = NumberField.sourcePort
}
