public import SentryPacket

/// What the fragments of one datagram have in common.
struct FragmentKey: TableKey {
  let sourceHigh: UInt64
  let sourceLow: UInt64
  let destinationHigh: UInt64
  let destinationLow: UInt64
  let identification: UInt32
  let protocolNumber: UInt8
  let version: UInt8

  init(_ packet: borrowing PacketFields) {
    sourceHigh = packet.source.high
    sourceLow = packet.source.low
    destinationHigh = packet.destination.high
    destinationLow = packet.destination.low
    identification = packet.identification
    protocolNumber = packet.protocolNumber
    version = packet.version
  }

  func hash(_ seed: HashSeed) -> UInt64 {
    let rest = UInt64(identification) << 16 | UInt64(protocolNumber) << 8 | UInt64(version)
    let addresses = fold(sourceHigh ^ seed.first, sourceLow ^ seed.second) ^ destinationHigh
    return fold(fold(addresses, destinationLow ^ seed.third) ^ rest, seed.first)
  }
}

/// A datagram as the table stores it: 56 bytes.
struct FragmentRecord: LinkedEntry {
  let key: FragmentKey
  var expiryClass = ExpiryClass.free
  var sourcePort: UInt16
  var destinationPort: UInt16
  var lastNanoseconds: Int64 = 0

  init(key: FragmentKey, _ packet: borrowing PacketFields) {
    self.key = key
    sourcePort = packet.sourcePort
    destinationPort = packet.destinationPort
  }
}

/// What the fragment table remembers of a datagram, as a copy.
public struct FragmentEntry: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  /// IPv6 has 32 bits of it, IPv4 16.
  public var identification: UInt32
  /// IANA protocol number.
  public var protocolNumber: UInt8
  public var sourcePort: UInt16
  public var destinationPort: UInt16
}

extension FragmentRecord {
  var entry: FragmentEntry {
    FragmentEntry(
      source: IPAddress(high: key.sourceHigh, low: key.sourceLow),
      destination: IPAddress(high: key.destinationHigh, low: key.destinationLow), identification: key.identification,
      protocolNumber: key.protocolNumber, sourcePort: sourcePort, destinationPort: destinationPort)
  }
}
