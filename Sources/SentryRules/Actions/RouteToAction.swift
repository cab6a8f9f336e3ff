internal import SentryPacket

/// `Route to`: sends the packet through another next hop.
enum RouteToAction: Action {
  static let name = "Route to"
  static let codes = GenerationCodes(newest: 15, middle: 14)
  static let summary = "sends the packet through another next hop"
  static let details = """
    Where no network that this machine is attached to has the next hop, the packet takes its normal way; one that does not answer
    there loses the packet, as a router would. The rules below are not asked.
    """
  static let parameterMeaning: String? = "the next hop's address, on a network this machine is attached to"
  static let parameterExample = "192.0.2.254"
  static let operation = Operation.routeTo

  static func argument(of parameter: String) throws(ValueError) -> ActionArgument {
    let text = try Substring(parameter).without(.atEnd)
    guard let address = IPAddress(String(text)), address.isUnicast else { throw .notANextHop(text) }
    return .nextHop(address)
  }

  static func advice(on parameter: String) -> ValueAdvice? {
    guard case .nextHop(let address)? = try? argument(of: parameter), address.isLoopback else { return nil }
    return .hopIsThisHost(address)
  }
}
