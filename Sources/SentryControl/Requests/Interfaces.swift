/// An interface of this host, with what the document says of it.
public struct HostInterfaceReport: Codable, Sendable, Equatable {
  /// The system's.
  public var name: String
  /// The daemon judges its packets: all below counts from when it began to.
  public var watched: Bool
  /// What the document says, with what it means where it says nothing.
  public var filters: Bool
  public var external: Bool
  public var bridge: Bool
  /// The document names it.
  public var listed: Bool
  public var isUp: Bool
  /// IPv4 and IPv6, in the kernel's order.
  public var addresses: [String]
  /// Frames that were handed over.
  public var packets: UInt64
  /// IP bytes, headers included.
  public var bytes: UInt64
  /// Frames that there was no room for.
  public var drops: UInt64
  /// In the last full second.
  public var packetsPerSecond: UInt64
  /// Why nothing is captured there; left out while something is.
  public var problem: String?

  public init(
    name: String, watched: Bool, filters: Bool, external: Bool, bridge: Bool, listed: Bool, isUp: Bool,
    addresses: [String], packets: UInt64 = 0, bytes: UInt64 = 0, drops: UInt64 = 0, packetsPerSecond: UInt64 = 0,
    problem: String? = nil
  ) {
    self.name = name
    self.watched = watched
    self.filters = filters
    self.external = external
    self.bridge = bridge
    self.listed = listed
    self.isUp = isUp
    self.addresses = addresses
    self.packets = packets
    self.bytes = bytes
    self.drops = drops
    self.packetsPerSecond = packetsPerSecond
    self.problem = problem
  }
}

/// The interfaces that the daemon watches, then the others of this host, then those that only the document names.
public struct InterfacesReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  public var interfaces: [HostInterfaceReport]

  public init(time: Double, interfaces: [HostInterfaceReport]) {
    self.time = time
    self.interfaces = interfaces
  }
}
