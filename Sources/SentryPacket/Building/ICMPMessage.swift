/// A message to be made: ICMP between two IPv4 addresses (RFC 792), else ICMPv6 (RFC 4443).
public struct ICMPMessage: Sendable, Equatable {
  public var type: UInt8
  public var code: UInt8
  /// The four bytes after the checksum: identifier and sequence number of an echo, a gateway, an MTU.
  public var restOfHeader: UInt32
  public var body: [UInt8]

  package static let headerByteCount = ICMPLayout.headerLength

  public init(type: UInt8, code: UInt8 = 0, restOfHeader: UInt32 = 0, body: [UInt8] = []) {
    self.type = type
    self.code = code
    self.restOfHeader = restOfHeader
    self.body = body
  }

  /// An echo's rest of header.
  public static func echo(identifier: UInt16, sequence: UInt16) -> UInt32 {
    UInt32(identifier) << 16 | UInt32(sequence)
  }

  /// Header and body, with the checksum: in ICMPv6 it covers the addresses, too (RFC 4443 §2.3).
  public func bytes(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    var message: [UInt8] = []
    appendHeader(to: &message)
    message += body
    message.setICMPChecksum(from: 0, source, destination, isIPv4: source.isIPv4 && destination.isIPv4)
    return message
  }

  /// The eight bytes before the body, without a checksum.
  package func appendHeader(to packet: inout [UInt8]) {
    packet.append(type)
    packet.append(code)
    packet.append(networkOrder: 0 as UInt16)
    packet.append(networkOrder: restOfHeader)
  }

  /// As much of a packet as an error message about it quotes.
  public static func quotation(of packet: [UInt8], isIPv4: Bool) -> [UInt8] {
    Array(packet.prefix(longestQuotation(isIPv4: isIPv4)))
  }

  /// In bytes: what fits into 576 bytes of IPv4 (RFC 1812 §4.3.2.3) or the 1280 bytes that every IPv6 link carries
  /// (RFC 4443 §2.4).
  package static func longestQuotation(isIPv4: Bool) -> Int {
    isIPv4
      ? 576 - IPv4Layout.minimumHeader - ICMPLayout.headerLength
      : 1280 - IPv6Layout.headerLength - ICMPLayout.headerLength
  }
}

extension [UInt8] {
  /// Fills in the checksum of the message that begins at `start` and reaches to the end.
  package mutating func setICMPChecksum(
    from start: Int, _ source: IPAddress, _ destination: IPAddress, isIPv4: Bool
  ) {
    let before =
      isIPv4
      ? InternetChecksum()
      : InternetChecksum(protocol: IPProtocol.icmpv6, from: source, to: destination, byteCount: count - start)
    setChecksum(at: ICMPLayout.checksum, ofBytesFrom: start, before)
  }
}
