/// `Dest net`: the address the packet goes to.
enum DestNetProperty: NetProperty {
  static let name = "Dest net"
  static let aliases = ["Destination Net"]
  static let codes = GenerationCodes(9, year2003: 7)
  static let summary = "the address the packet goes to"
  static let endpoint = Endpoint.destination
}
