internal import SentryPacket
internal import SentryRules

/// A packet's headers, as `explain --format json` prints them; what the packet lacks is left out.
struct PacketReport: Encodable, Sendable {
  /// As a line of packet notation, where it has addresses.
  var text: String?
  /// 4 or 6.
  var version: UInt8?
  var source: String?
  var destination: String?
  /// IANA protocol number.
  var `protocol`: UInt8?
  var protocolName: String?
  var sourcePort: UInt16?
  var destinationPort: UInt16?
  /// `syn,ack`.
  var tcpFlags: String?
  var icmpType: UInt8?
  var icmpCode: UInt8?
  /// Of an ICMP echo.
  var identifier: UInt16?
  /// IPv4 time to live, IPv6 hop limit.
  var ttl: UInt8?
  var dscp: UInt8?
  /// Of the outermost tag.
  var vlan: UInt16?
  var sourceMAC: String?
  var destinationMAC: String?
  /// In units of 8 bytes.
  var fragmentOffset: UInt16?
  var moreFragments: Bool?
  /// Length of the IP packet in bytes.
  var length: UInt32
  /// Captured payload bytes.
  var payloadLength: Int?

  init(_ packet: PacketFields) {
    text = PacketNotation.text(of: packet)
    version = packet.version == 0 ? nil : packet.version
    length = packet.byteCount
    if packet.has(.addresses) {
      source = packet.source.description
      destination = packet.destination.description
      ttl = packet.timeToLive
      dscp = packet.trafficClass >> 2
      fragmentOffset = packet.fragmentOffset
      moreFragments = packet.hasMoreFragments
    }
    if packet.has(.protocolNumber) {
      `protocol` = packet.protocolNumber
      protocolName = ProtocolName.of(UInt64(packet.protocolNumber))
    }
    if packet.has(.ports) { (sourcePort, destinationPort) = (packet.sourcePort, packet.destinationPort) }
    if packet.has(.tcpFlags) { tcpFlags = TCPFlagNames.text(of: packet.tcpFlags) }
    if packet.has(.icmp) || packet.has(.icmpv6) { (icmpType, icmpCode) = (packet.icmpType, packet.icmpCode) }
    if packet.has(.icmpIdentifier) { identifier = packet.icmpIdentifier }
    if packet.has(.vlan) { vlan = packet.vlan }
    if packet.has(.ethernet) {
      sourceMAC = MACAddress.text(of: packet.sourceMAC)
      destinationMAC = MACAddress.text(of: packet.destinationMAC)
    }
    if packet.has(.payload) { payloadLength = packet.payload.count }
  }
}
