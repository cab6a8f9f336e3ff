public import SentryPacket

/// A packet described in one line of text (docs/Notation.md), and how it comes to this host.
public struct DescribedPacket: Sendable, Equatable {
  /// The line.
  public let text: String
  /// What the line says of it; the packet's source decides.
  public let direction: Direction?
  /// Where `in` or `out` stands in the line; empty if it does not.
  let directionRange: Range<Int>
  /// `on eth0`.
  public let interfaceName: String?
  /// `external` or `internal`.
  public let isExternal: Bool?
  /// `at "2026-05-06 08:30:00Z"`.
  public let time: Timestamp?
  /// `application /usr/bin/curl`, `user root`.
  public let process: LocalProcess?

  let link: EthernetHeader
  let packet: PacketOutline

  /// What `frame` begins with.
  public var linkType: LinkType { .ethernet }

  /// The whole frame, lengths and checksums filled in; as long on the wire as here.
  public func frame(on host: HostAddresses = .documentation) -> [UInt8] {
    link.frame(carrying: packet.bytes(on: host), isIPv4: packet.isIPv4)
  }

  public func source(on host: HostAddresses = .documentation) -> IPAddress {
    packet.address(of: packet.source, on: host)
  }

  public func destination(on host: HostAddresses = .documentation) -> IPAddress {
    packet.address(of: packet.destination, on: host)
  }

  /// The source decides which way a packet goes; the line may say the same, not the opposite.
  ///
  /// - Parameters:
  ///   - local: the addresses of this host.
  ///   - isLoopback: of the interface it arrives on, where everything is inbound.
  public func checkDirection(
    on host: HostAddresses, local: [AddressRange], isLoopback: Bool
  ) throws(NotationError) {
    guard let direction else { return }
    let source = source(on: host)
    let isLocal = !isLoopback && local.contains { $0.contains(source) }
    guard isLocal != (direction == .outbound) else { return }
    throw .directionContradictsSource(direction, source, isLocal: isLocal, at: directionRange)
  }
}
