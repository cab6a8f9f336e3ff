public import SentryPacket

/// What `me` stands for in described packets: one address of each family.
public struct HostAddresses: Sendable, Equatable {
  public var ipv4: IPAddress
  public var ipv6: IPAddress

  public init(ipv4: IPAddress = documentation.ipv4, ipv6: IPAddress = documentation.ipv6) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }

  /// Used where nothing else is known: 192.0.2.1 and 2001:db8::1 (RFC 5737, RFC 3849).
  public static let documentation = HostAddresses(
    ipv4: IPAddress(v4: 0xC000_0201), ipv6: IPAddress(high: 0x2001_0DB8 << 32, low: 1))

  /// Of each family the first address in `settings.local`; of a net the first that a host can have.
  public init(_ settings: Settings) {
    let hosts = settings.localNetworks.map(\.firstHost)
    self.init(
      ipv4: hosts.first { $0.isIPv4 } ?? Self.documentation.ipv4,
      ipv6: hosts.first { !$0.isIPv4 } ?? Self.documentation.ipv6)
  }

  /// The two addresses and `networks`.
  public func ranges(with networks: [AddressRange]) -> [AddressRange] {
    [ipv4, ipv6].map { AddressRange(prefix: $0, length: 128) } + networks
  }
}

extension AddressRange {
  /// The very first address of a net is the net's own name, no host's.
  fileprivate var firstHost: IPAddress {
    guard let length = prefixLength, length < 127 else { return first }
    return IPAddress(high: first.high, low: first.low | 1)
  }
}
