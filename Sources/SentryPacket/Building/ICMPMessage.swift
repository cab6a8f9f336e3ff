/// A message to be made: ICMP between two IPv4 addresses (RFC 792), else ICMPv6 (RFC 4443).
public struct ICMPMessage: Sendable, Equatable {
  public var type: UInt8
  public var code: UInt8
  /// The four bytes after the checksum: identifier and sequence number of an echo, a gateway, an MTU.
  public var restOfHeader: UInt32
  public var body: [UInt8]

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
    var message = [type, code, 0, 0] + .init(networkOrder: restOfHeader) + body
    let checksum =
      source.isIPv4 && destination.isIPv4
      ? InternetChecksum.of(message)
      : InternetChecksum.of(message, protocol: IPProtocol.icmpv6, from: source, to: destination)
    message.set16(checksum, at: 2)
    return message
  }

  /// As much of a packet as an error message about it quotes: what fits into 576 bytes of IPv4 (RFC 1812 §4.3.2.3) or
  /// the 1280 bytes that every IPv6 link carries (RFC 4443 §2.4).
  public static func quotation(of packet: [UInt8], isIPv4: Bool) -> [UInt8] {
    Array(packet.prefix(isIPv4 ? 576 - 20 - 8 : 1280 - 40 - 8))
  }
}
