// Which of several engines judges a packet.
//
// Overview. Each engine, a *shard*, judges the packets of some remote addresses, whichever way they go, with tables of its own.
// An address belongs to one shard; those of an IPv6 net that tables keep as one belong to the same (`settings.triggerIPv6Prefix`),
// and mapped addresses count as IPv4. A packet goes
//
// - from a remote source: to the shard of the source, in whose tables entries for it stand;
// - from this host to a remote address: to the shard of that address;
// - from this host to itself: to a shard that both addresses give, in either order.
//
// So both directions of a flow between this host and another come to the same shard, and so do all fragments of a datagram. Two
// kinds of packets may matter to a flow of another shard: those between two remote addresses, and ICMP errors about packets to
// somebody else. They are *shared*: one shard judges them, and all others look whether the flow is theirs. Where one finds that
// it is, or where tables would hold what several shards need (`Engine.breach`), the capture cannot be judged apart, and whoever
// tries gives up. That is what makes it exact: as long as nobody finds anything, each flow and each entry has one owner.

public import SentryPacket

public struct ShardRouter: Sendable {
  /// Where a packet goes.
  public struct Route: Sendable, Equatable {
    /// The shard that judges it.
    public let shard: UInt16
    /// The others must look whether its flow is theirs.
    public let isShared: Bool
  }

  /// 1...65 536.
  public let shards: UInt64
  private let local: AddressSpans
  private let ipv6PrefixLength: Int
  private let salt: UInt64
  private var fields = PacketFields()

  /// - Parameters:
  ///   - shards: how many there are, the nearest of 1...65 536.
  ///   - local: addresses of this host.
  ///   - ipv6PrefixLength: bits of an IPv6 address that make one source.
  ///   - salt: another one deals other addresses to each shard.
  public init(shards: Int, local: AddressSpans, ipv6PrefixLength: Int, salt: UInt64 = 0) {
    self.shards = UInt64(max(1, min(65_536, shards)))
    self.local = local
    self.ipv6PrefixLength = ipv6PrefixLength
    self.salt = salt
  }

  /// Most frames are IPv4 or IPv6 with TCP or UDP right behind an Ethernet header, and have their addresses in one place. All
  /// others are decoded as if they were to be judged.
  @inline(__always)
  public mutating func route(_ frame: RawSpan, linkType: LinkType, wireLength: Int) -> Route {
    if linkType == .ethernet, let (source, destination) = frame.plainAddresses {
      return route(from: source, to: destination)
    }
    return routeDecoded(frame, linkType: linkType, wireLength: wireLength)
  }

  @inline(never)
  mutating func routeDecoded(_ frame: RawSpan, linkType: LinkType, wireLength: Int) -> Route {
    let kind = fields.decode(frame, linkType: linkType, wireLength: max(wireLength, frame.byteCount))
    // Without addresses nothing is remembered of a packet.
    guard kind != .notIP, fields.has(.addresses) else { return Route(shard: 0, isShared: false) }
    let route = route(from: fields.source, to: fields.destination)
    guard !route.isShared, let quoted = fields.quotedPacket(in: frame) else { return route }
    let isOwn =
      self.route(from: quoted.source, to: quoted.destination).shard == route.shard
      && self.route(from: quoted.destination, to: quoted.source).shard == route.shard
    return Route(shard: route.shard, isShared: !isOwn)
  }

  @inline(__always)
  private func route(from source: IPAddress, to destination: IPAddress) -> Route {
    switch (local.contains(source), local.contains(destination)) {
    case (false, true): return Route(shard: owner(of: source), isShared: false)
    case (true, false): return Route(shard: owner(of: destination), isShared: false)
    case (true, true):
      let sum = UInt64(owner(of: source)) + UInt64(owner(of: destination))
      return Route(shard: UInt16(sum % shards), isShared: false)
    case (false, false):
      let shard = owner(of: source)
      return Route(shard: shard, isShared: owner(of: destination) != shard)
    }
  }

  /// The shard of an address.
  @inline(__always)
  public func owner(of address: IPAddress) -> UInt16 {
    let net = address.isIPv4 ? address : address.masked(to: ipv6PrefixLength)
    let hash = (net.high ^ salt) &* 0x9E37_79B9_7F4A_7C15 ^ net.low &* 0xC2B2_AE3D_27D4_EB4F
    let mixed = (hash ^ hash >> 29) &* 0x9E37_79B9_7F4A_7C15
    // The upper half as a part of 1, times the number of shards.
    return UInt16(truncatingIfNeeded: (mixed >> 32 &* shards) >> 32)
  }

  /// The only shard whose packets may come from these addresses; `nil` if there are several, or this host has one of them.
  public func owner(of range: AddressRange) -> UInt16? {
    guard !local.overlapsByFamily(range) else { return nil }
    let length = range.first.isIPv4 ? 128 : ipv6PrefixLength
    return AddressRange(prefix: range.first, length: length).contains(range.last) ? owner(of: range.first) : nil
  }
}

extension RawSpan {
  /// The addresses of a TCP or UDP packet, or a fragment of one, whose IP header stands behind a plain Ethernet header; `nil` for
  /// all other frames, and those too short to tell.
  @inline(__always)
  fileprivate var plainAddresses: (source: IPAddress, destination: IPAddress)? {
    guard let type = wire16(at: 12), let version = wire8(at: 14) else { return nil }
    if type == 0x0800, version >> 4 == 4, let next = wire8(at: 23), next == IPProtocol.tcp || next == IPProtocol.udp,
      let source = wire32(at: 26), let destination = wire32(at: 30)
    {
      return (IPAddress(v4: source), IPAddress(v4: destination))
    }
    if type == 0x86DD, version >> 4 == 6, let next = wire8(at: 20), next == IPProtocol.tcp || next == IPProtocol.udp,
      let sourceHigh = wire64(at: 22), let sourceLow = wire64(at: 30), let destinationHigh = wire64(at: 38),
      let destinationLow = wire64(at: 46)
    {
      return (
        IPAddress(high: sourceHigh, low: sourceLow), IPAddress(high: destinationHigh, low: destinationLow)
      )
    }
    return nil
  }
}
