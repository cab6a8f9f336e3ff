/// Asks what would become of a packet, and why.
public struct ExplainRequest: Codable, Sendable, Equatable {
  /// One line of packet notation (docs/Notation.md): `tcp 203.0.113.9:40000 > me:23 syn in external`.
  public var packet: String
  /// A draft; `nil` for the rules in force.
  public var text: String?

  public init(packet: String, text: String? = nil) {
    self.packet = packet
    self.text = text
  }
}

/// What of the daemon's state an explanation takes into account. The reply is what `explain --format json` prints, with this as
/// `state`.
public struct ExplainedStateReport: Codable, Sendable, Equatable {
  /// The address tables' entries that cover the packet's ends.
  public var tables: Bool
  /// The connection that the packet belongs to.
  public var connection: Bool
  /// What rules have counted, for properties that ask for it.
  public var counters: Bool
  /// The master switch, which is taken to be on; left out where none of this was looked at.
  public var enabled: Bool?
  /// The generation of the rules in force; left out for a draft.
  public var generation: UInt32?

  public init(tables: Bool, connection: Bool, counters: Bool, enabled: Bool? = nil, generation: UInt32? = nil) {
    self.tables = tables
    self.connection = connection
    self.counters = counters
    self.enabled = enabled
    self.generation = generation
  }
}
