internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryProcesses

extension TrafficService {
  /// Reads `https`, `tcp/443`, `udp/domain`, `443` (of TCP), `icmp`.
  init(argument text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let isProtocol = parts.count == 2 || (parts.count == 1 && ServiceNames.number(ofProtocol: text) != nil)
    guard parts.count <= 2, let word = parts.last,
      let number = isProtocol ? ServiceNames.number(ofProtocol: parts[0]) : 6
    else { throw Self.mistake(text) }
    self.init(protocolNumber: number, port: 0)
    guard hasPort else {
      guard parts.count == 1 else { throw Self.mistake(text) }
      return
    }
    guard let port = UInt16(word) ?? ServiceNames.port(of: word, protocol: isProtocol ? parts[0] : "tcp") else {
      throw Self.mistake(text)
    }
    self.port = port
  }

  private static func mistake(_ text: String) -> ValidationError {
    ValidationError("'\(text)' is no service; expected https, tcp/443, udp/53, icmp or the like")
  }
}

extension TrafficKey {
  /// As people read it.
  var text: String {
    switch self {
    case .service(let service): service.text
    case .host(let address): "\(address)"
    case .interface(let name), .application(let name): shown(name)
    case .unknownApplication: "(not known)"
    case .others: "(others)"
    }
  }
}

/// A name from elsewhere as a terminal may show it.
func shown(_ name: String) -> String { name.map { $0.withStandIns ?? String($0) }.joined() }
