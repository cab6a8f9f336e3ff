/// What happens to a packet.
public enum Verdict: UInt8, Sendable, CaseIterable {
  case pass
  /// Discarded without a reply.
  case delete
  /// Discarded, and its sender told.
  case reject
  /// Discarded, and both ends of its connection closed.
  case dropConnection
  /// Held for a while, then passed.
  case delay
  /// Sent through another next hop.
  case routeTo

  /// The word in JSON reports: `pass`, `delete`, `reject`, `dropConnection`, `delay`, `routeTo`.
  public var name: String {
    switch self {
    case .pass: "pass"
    case .delete: "delete"
    case .reject: "reject"
    case .dropConnection: "dropConnection"
    case .delay: "delay"
    case .routeTo: "routeTo"
    }
  }

  /// The packet goes on, at once or later.
  @inlinable
  public var letsThrough: Bool {
    switch self {
    case .pass, .delay, .routeTo: true
    case .delete, .reject, .dropConnection: false
    }
  }
}

/// Which way a packet goes, seen from this host.
public enum Direction: UInt8, Sendable, BitwiseCopyable {
  case inbound
  case outbound

  @inlinable public var opposite: Direction { self == .inbound ? .outbound : .inbound }
}
