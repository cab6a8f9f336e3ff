internal import SentryPacket

/// What of a flow a rate limits.
public struct RateDirections: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What arrives at this host.
  public static let inbound = RateDirections(rawValue: 1 << 0)
  /// What leaves it.
  public static let outbound = RateDirections(rawValue: 1 << 1)
}

extension RateDirections {
  init(_ direction: Direction) { self = direction == .inbound ? .inbound : .outbound }
}
