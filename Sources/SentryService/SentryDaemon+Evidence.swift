internal import Foundation
public import SentryControl
internal import SentryEngine
public import SentryPacket
internal import SentryState

extension SentryDaemon {
  /// Why an address is, or was, in table trigger.
  public func evidence(of range: AddressRange) async throws(DaemonError) -> EvidenceReply {
    let kept = try await ask { $0.evidence(of: range) }
    let names = interfaceNames
    let block = await logins.why(range)
    var reply = EvidenceReply(
      address: kept.range.description, entry: kept.entry.map { TableEntryReport($0, labels: labels) },
      packets: kept.packets.map { packet in
        let (label, interface) = (packet.surroundings.label, Int(packet.surroundings.interface))
        return EvidencePacketReport(
          time: packet.time.secondsSince1970, rule: labels.label(label).text,
          interface: names.indices.contains(interface) ? names[interface] : "?",
          direction: packet.surroundings.direction == .inbound ? "in" : "out", byteCount: packet.byteCount,
          bytes: Data(packet.bytes))
      })
    reply.block = block
    return reply
  }
}
