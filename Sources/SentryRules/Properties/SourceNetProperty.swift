/// `Source net`: the address the packet came from.
enum SourceNetProperty: NetProperty {
  static let name = "Source net"
  static let codes = GenerationCodes(8, year2003: 6)
  static let summary = "the address the packet came from"
  static let endpoint = Endpoint.source
}
