public import SentryPacket

/// What the rules of another firewall leave open.
public struct ImportOptions: Sendable {
  public enum Default: String, Sendable, CaseIterable {
    case allow, deny
  }

  /// What `me` stands for.
  public var ownAddresses: [IPAddress] = []
  /// They are those of the machine that imports, for want of others.
  public var ownAddressesAreAssumed = false
  /// What becomes of packets that no rule is for; `nil` if only the file can say.
  public var defaultAction: Default?
  /// The rules saw no IPv6, which passes.
  public var isIPv4Only = false
  /// What the file calls interfaces, and what they are called here.
  public var interfaceNames: [String: String] = [:]
  /// The port of a service of `tcp` or `udp` by its name, beyond those that everybody knows.
  public var port: @Sendable (_ service: String, _ transport: String) -> UInt16? = { _, _ in nil }
  /// The number of a protocol by its name, beyond those that everybody knows.
  public var protocolNumber: @Sendable (_ name: String) -> UInt8? = { _ in nil }

  public init() {}
}
