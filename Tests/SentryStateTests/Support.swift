import SentryPacket

/// The address with this text; a wrong text is a mistake in the test.
func ip(_ text: String) -> IPAddress {
  guard let address = IPAddress(text) else { fatalError("'\(text)' is no address") }
  return address
}

/// The range with this text; a wrong text is a mistake in the test.
func range(_ text: String) -> AddressRange {
  guard let range = try? AddressRange(text) else { fatalError("'\(text)' is no range") }
  return range
}

/// A moment on the tests' clock, which starts on 2023-11-14: seconds, and nanoseconds to stand just before or after.
func at(_ seconds: Int64, _ nanoseconds: Int64 = 0) -> Timestamp {
  Timestamp(nanoseconds: 1_700_000_000_000_000_000 + seconds * 1_000_000_000 + nanoseconds)
}

extension PacketFields {
  private static func basic(_ protocolNumber: UInt8, from source: String, to destination: String) -> PacketFields {
    var packet = PacketFields()
    packet.present = [.addresses, .protocolNumber]
    packet.source = ip(source)
    packet.destination = ip(destination)
    packet.version = packet.source.isIPv4 ? 4 : 6
    packet.protocolNumber = protocolNumber
    packet.byteCount = 40
    return packet
  }

  /// A packet of a protocol without ports.
  static func plain(_ protocolNumber: UInt8, from source: String, to destination: String) -> PacketFields {
    basic(protocolNumber, from: source, to: destination)
  }

  static func tcp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16, flags: UInt8,
    bytes: UInt32 = 40
  ) -> PacketFields {
    var packet = basic(6, from: source, to: destination)
    packet.present.formUnion([.ports, .tcpFlags])
    packet.sourcePort = sourcePort
    packet.destinationPort = destinationPort
    packet.tcpFlags = flags
    packet.byteCount = bytes
    return packet
  }

  static func udp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16
  ) -> PacketFields {
    var packet = basic(17, from: source, to: destination)
    packet.present.insert(.ports)
    packet.sourcePort = sourcePort
    packet.destinationPort = destinationPort
    return packet
  }

  /// ICMP between IPv4 addresses, ICMPv6 between others; with an identifier it is an echo message.
  static func icmp(
    from source: String, to destination: String, type: UInt8, code: UInt8 = 0, identifier: UInt16? = nil
  ) -> PacketFields {
    let isIPv4 = ip(source).isIPv4
    var packet = basic(isIPv4 ? 1 : 58, from: source, to: destination)
    packet.present.insert(isIPv4 ? .icmp : .icmpv6)
    packet.icmpType = type
    packet.icmpCode = code
    if let identifier {
      packet.present.insert(.icmpIdentifier)
      packet.icmpIdentifier = identifier
    }
    return packet
  }

  /// The same packet as a fragment; only one at offset 0 has ports.
  func fragment(identification: UInt32, offset: UInt16, more: Bool) -> PacketFields {
    var packet = self
    packet.identification = identification
    packet.fragmentOffset = offset
    packet.hasMoreFragments = more
    if offset > 0 {
      packet.present.subtract([.ports, .tcpFlags])
      packet.sourcePort = 0
      packet.destinationPort = 0
    }
    return packet
  }
}
