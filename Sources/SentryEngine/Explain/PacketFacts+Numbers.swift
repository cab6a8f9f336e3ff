internal import SentryPacket
internal import SentryRules

extension PacketFacts {
  /// A number of the packet or its surroundings; `nil` where the packet lacks it.
  func number(_ field: NumberField, of packet: PacketFields) -> UInt64? {
    func value(_ number: some BinaryInteger, if presence: PacketFields.Presence) -> UInt64? {
      packet.has(presence) ? UInt64(number) : nil
    }
    return switch field {
    case .direction: direction == .inbound ? 0 : 1
    case .sourceMAC: value(packet.sourceMAC, if: .sourceMAC)
    case .destinationMAC: value(packet.destinationMAC, if: .destinationMAC)
    case .protocolNumber: value(packet.protocolNumber, if: .protocolNumber)
    case .fragmentOffset: value(packet.fragmentOffset, if: .addresses)
    case .icmpType: value(packet.icmpType, if: .icmp)
    case .icmpCode: value(packet.icmpCode, if: .icmp)
    case .sourcePort: value(packet.sourcePort, if: .ports)
    case .destinationPort: value(packet.destinationPort, if: .ports)
    case .ipVersion: UInt64(packet.version)
    case .icmpv6Type: value(packet.icmpType, if: .icmpv6)
    case .icmpv6Code: value(packet.icmpCode, if: .icmpv6)
    case .timeToLive: value(packet.timeToLive, if: .addresses)
    case .packetLength: UInt64(packet.byteCount)
    case .dscp: value(packet.trafficClass / 4, if: .addresses)
    case .vlan: value(packet.vlan, if: .vlan)
    case .user: process?.user.map { UInt64($0) }
    case .applicationPermission: process?.permission.map { UInt64($0.rawValue) }
    }
  }
}
