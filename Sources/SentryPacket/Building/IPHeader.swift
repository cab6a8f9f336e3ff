/// Which part of a datagram a packet carries.
public struct IPFragment: Sendable, Equatable {
  /// IPv6 has 32 bits of it, IPv4 16.
  public var identification: UInt32
  /// In 8-byte units, 0...8191.
  public var offset: UInt16
  public var moreFollow: Bool

  public init(identification: UInt32, offset: UInt16 = 0, moreFollow: Bool = false) {
    self.identification = identification
    self.offset = offset
    self.moreFollow = moreFollow
  }
}

/// The header of an IP packet to be made.
public struct IPHeader: Sendable, Equatable {
  public var source: IPAddress
  public var destination: IPAddress
  public var protocolNumber: UInt8
  /// IPv4 time to live, IPv6 hop limit.
  public var timeToLive: UInt8 = 64
  /// IPv4 type of service, IPv6 traffic class: DSCP in the upper six bits (RFC 2474 §3).
  public var trafficClass: UInt8 = 0
  /// IPv4 identification, offset and flag; in IPv6 a fragment header, and none for `nil`.
  public var fragment: IPFragment?
  /// IPv4 options (RFC 791 §3.1), padded with zeros to whole words; at most 40 bytes count. IPv6 has none.
  public var options: [UInt8] = []
  /// What the length field says where that is not the truth: IPv4 total length, IPv6 payload length.
  public var claimedLength: UInt16?
  /// What the IPv4 header says of its own length, in bytes, where that is not the truth.
  public var claimedHeaderLength: Int?

  /// Unless told otherwise, between two IPv4 addresses.
  public var isIPv4: Bool

  public init(source: IPAddress, destination: IPAddress, protocolNumber: UInt8) {
    self.source = source
    self.destination = destination
    self.protocolNumber = protocolNumber
    isIPv4 = source.isIPv4 && destination.isIPv4
  }

  /// In bytes: IPv4 options and IPv6 fragment header included.
  public var byteCount: Int {
    isIPv4 ? 20 + paddedOptions.count : fragment == nil ? 40 : 48
  }

  /// The packet around `payload`, its lengths and the header's checksum filled in. A payload that is too long for the
  /// 16-bit length makes that field wrong, nothing else.
  public func packet(carrying payload: [UInt8]) -> [UInt8] {
    isIPv4 ? ipv4Packet(carrying: payload) : ipv6Packet(carrying: payload)
  }

  private var paddedOptions: [UInt8] { Array(options.prefix(40)).padded(toMultipleOf: 4) }

  private func ipv4Packet(carrying payload: [UInt8]) -> [UInt8] {
    let options = paddedOptions
    let length = 20 + options.count
    let words = UInt8(truncatingIfNeeded: (claimedHeaderLength ?? length) / 4) & 0x0F
    let fragment = fragment ?? IPFragment(identification: 0)
    var header = [0x40 | words, trafficClass]
    header += .init(networkOrder: claimedLength ?? UInt16(truncatingIfNeeded: length + payload.count))
    header += .init(networkOrder: UInt16(truncatingIfNeeded: fragment.identification))
    header += .init(
      networkOrder: (fragment.moreFollow ? IPv4Layout.moreFragments : 0)
        | fragment.offset & IPv4Layout.fragmentOffsetMask)
    header +=
      [timeToLive, protocolNumber, 0, 0] + source.bytes(isIPv4: true) + destination.bytes(isIPv4: true) + options
    header.set16(InternetChecksum.of(header), at: 10)
    return header + payload
  }

  private func ipv6Packet(carrying payload: [UInt8]) -> [UInt8] {
    let fragmentHeader = fragment.map { $0.ipv6Header(nextHeader: protocolNumber) } ?? []
    let length = UInt16(truncatingIfNeeded: fragmentHeader.count + payload.count)
    var header = [0x60 | trafficClass >> 4, trafficClass << 4, 0, 0] + .init(networkOrder: claimedLength ?? length)
    header += [fragment == nil ? protocolNumber : 44, timeToLive]
    header += source.bytes(isIPv4: false) + destination.bytes(isIPv4: false)
    return header + fragmentHeader + payload
  }
}

extension IPFragment {
  /// The fragment header of IPv6 (RFC 8200 §4.5).
  public func ipv6Header(nextHeader: UInt8) -> [UInt8] {
    [nextHeader, 0] + .init(networkOrder: offset << 3 | (moreFollow ? 1 : 0)) + .init(networkOrder: identification)
  }
}
