internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryRules

/// An address of this host that is to be looked at.
struct ScanTarget {
  private let address: IPAddress
  private let interface: String
  private let enforced: Bool
  private let listening: Set<ScanPorts.Port>

  /// - Throws: if it is not this host's.
  init(_ address: IPAddress, among interfaces: InterfacesReply, _ reachable: ReachableReply) throws(CommandFailure) {
    let text = address.description
    guard let interface = interfaces.interfaces.first(where: { $0.addresses.contains(text) }) else {
      let own = interfaces.interfaces.flatMap(\.addresses).joined(separator: ", ")
      throw CommandFailure(
        .usage, "\(text) is no address of this host, and nobody else's ports are looked at; it has \(own)")
    }
    self.address = address
    self.interface = interface.name
    enforced = reachable.enforced && reachable.enabled
    listening = Set(
      reachable.sockets.filter { socket in socket.ways.contains { $0.address == text } }
        .map { ScanPorts.Port(transport: $0.transport, number: $0.port) })
  }

  func scanned(
    by probe: ScanProbe, _ chosen: ScanPorts?, _ client: ControlClient
  ) async throws -> ScanReport {
    let ports = try chosen ?? usualPorts()
    // Who looks is asked first: what the rules say of him may be another thing once he has knocked.
    let nobody = try probe.look(at: address, ScanPorts([]))
    guard let source = nobody.source else {
      throw CommandFailure(
        .inputOutput,
        "the other end has no way to \(address)\(nobody.complaint.isEmpty ? "" : ": " + nobody.complaint.visible)")
    }
    var said: [ScanPorts.Port: Saying] = [:]
    for port in ports.ports { said[port] = try await saying(of: port, from: source, client) }
    let found = try probe.look(at: address, ports).findings
    return ScanReport(
      address: address.description, source: source.description, enforced: enforced,
      ports: ports.ports.map { port in
        ScanReport.Line(
          port, listening: listening.contains(port), verdict: said[port]?.verdict ?? "", rule: said[port]?.rule,
          found: found[port] ?? .failed)
      })
  }

  /// Those that something listens on, and the first of each known service's.
  private func usualPorts() throws(CommandFailure) -> ScanPorts {
    let known = try ModeDocument.serviceTable().group.services.flatMap(\.ports).flatMap { ports in
      ["tcp", "udp"].filter { ports.transport == .any || ports.transport.rawValue == $0 }
        .map { ScanPorts.Port(transport: $0, number: ports.ports.lowerBound) }
    }
    let first = known.filter { $0.number > 0 }.prefix(ScanPorts.most)
    return ScanPorts(listening.sorted().prefix(ScanPorts.most - first.count) + first)
  }

  // MARK: What the rules say

  /// Of what `explain` replies.
  private struct Saying: Decodable {
    var verdict: String
    var rule: String?
  }

  private func saying(
    of port: ScanPorts.Port, from source: IPAddress, _ client: ControlClient
  ) async throws -> Saying {
    let (sender, receiver) = (source.text(port: 40_000), address.text(port: port.number))
    let rest = port.transport == "tcp" ? "syn" : "zeros 1"
    let packet = "\(port.transport) \(sender) > \(receiver) \(rest) on \(interface)"
    let body = try JSONEncoder().encode(ExplainRequest(packet: packet))
    return try await client.post(ControlPath.explain, body: body)
  }
}
