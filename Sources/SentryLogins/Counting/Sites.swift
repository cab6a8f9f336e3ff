internal import SentryPacket

/// Nets of IPv6 as one site has them (RFC 6177), and from how many of their sources logins have failed.
///
/// Whoever has a /48 has 65,536 sources, and could fail from each just less often than is too many. A site from which so many have failed, and
/// nobody has come in, has no more patience to expect.
struct Sites: Sendable {
  private struct Site: Sendable {
    /// Seconds since 1970 of the first failure.
    var begin: Double
    var sources: Int
  }

  private static let prefix = 48
  private static let capacity = 1_024
  /// Sources that are too many within the window.
  static let most = 64

  private var sites = RecentTable<IPAddress, Site>(capacity: Sites.capacity)

  /// Notes a failure.
  ///
  /// - Parameter isNew: it is the first of its source.
  /// - Returns: whether too many sources of its site have failed.
  mutating func note(_ address: IPAddress, isNew: Bool, by limits: LoginCounter.Limits, at time: Double) -> Bool {
    guard let net = Self.net(of: address, by: limits) else { return false }
    return sites.use(net, orBegin: Site(begin: time, sources: 0)) { site in
      if abs(time - site.begin) > limits.windowSeconds { site = Site(begin: time, sources: 0) }
      if isNew { site.sources += 1 }
      return site.sources > Self.most
    }.result
  }

  /// A source is blocked: it counts no more.
  mutating func release(_ address: IPAddress, by limits: LoginCounter.Limits) {
    guard let net = Self.net(of: address, by: limits), let site = sites[net] else { return }
    sites.use(net, orBegin: site) { $0.sources = max(0, $0.sources - 1) }
  }

  /// Somebody is in who belongs there.
  mutating func forget(_ address: IPAddress, by limits: LoginCounter.Limits) {
    if let net = Self.net(of: address, by: limits) { sites.remove(net) }
  }

  mutating func forget(_ range: AddressRange) {
    for (net, _) in sites.entries where range.overlaps(AddressRange(prefix: net, length: Self.prefix)) {
      sites.remove(net)
    }
  }

  private static func net(of address: IPAddress, by limits: LoginCounter.Limits) -> IPAddress? {
    guard !address.isIPv4, !address.countsWhole, limits.ipv6Prefix > prefix else { return nil }
    return address.masked(to: prefix)
  }
}

extension AddressRange {
  func overlaps(_ other: AddressRange) -> Bool { first <= other.last && other.first <= last }
}
