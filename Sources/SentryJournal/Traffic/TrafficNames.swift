internal import SentryPacket
internal import SentryProcesses

extension TrafficService {
  /// `TCP https`, `UDP 4500`, `ICMP`.
  package var text: String {
    let name = ServiceNames.name(ofProtocol: protocolNumber)
    guard hasPort else { return name }
    return "\(name) \(ServiceNames.name(port: port, protocol: name) ?? String(port))"
  }
}

extension TrafficKey {
  /// As programs read it: `nil` for those that are not known, and for all others.
  package var plainName: String? {
    switch self {
    case .service(let service): service.text
    case .host(let address): "\(address)"
    case .interface(let name), .application(let name): name
    case .unknownApplication, .others: nil
    }
  }
}
