/// How much the tables hold, and for how long; a document's `settings` say so.
public struct StateSettings: Sendable, Equatable {
  /// Single addresses in each of the four address tables, and ranges besides: the nearest of 1...16 777 216.
  public var addressCapacity = 131_072
  /// Flows: the nearest of 1...16 777 216.
  public var connectionCapacity = 262_144
  /// Datagrams whose ports are remembered for their later fragments: the nearest of 1...16 777 216.
  public var fragmentCapacity = 16_384
  /// Packets that `Delay` holds at once: the nearest of 0...65 536.
  public var delayCapacity = 256
  /// How long `Delay` holds a packet, 0 or more.
  public var delayNanoseconds: Int64 = 750_000_000
  /// IPv6 addresses enter the trigger table by their net of so many bits: the nearest of 1...128. The other three tables keep
  /// whole addresses.
  public var triggerIPv6PrefixLength = 64
  /// Sources that packets enter into table trigger in a minute; `nil` for as many as come.
  public var triggersPerMinute: Int? = 600
  /// Sources that a rule would trigger are remembered for the second match.
  public var keepsCandidates = false
  /// Packets that trigger their source are kept.
  public var keepsEvidence = false
  /// Packets are counted by source, IPv6 addresses by the same net; as many sources as an address table has entries.
  public var countsSources = false
  /// First segments of TLS handshakes are kept.
  public var keepsHandshakes = false
  /// Helpers that listen in; none by default.
  public var helpers = HelperPorts()

  public init() {}

  /// The same with tables that are no smaller than others'.
  public func noSmaller(than other: StateSettings) -> StateSettings {
    var settings = self
    settings.addressCapacity = max(addressCapacity, other.addressCapacity)
    settings.connectionCapacity = max(connectionCapacity, other.connectionCapacity)
    settings.fragmentCapacity = max(fragmentCapacity, other.fragmentCapacity)
    return settings
  }
}
