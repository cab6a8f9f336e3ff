/// Those who have moved most in a time.
public struct TrafficReply: Codable, Sendable, Equatable {
  public struct Row: Codable, Sendable, Equatable {
    /// `TCP https`, an address, a program, a rule's number and name; `others` for the rest, `unknown` where none is known.
    public var name: String
    public var packetsIn: UInt64
    public var packetsOut: UInt64
    /// IP bytes, headers included. Of a rule, which does not tell directions, all are in, as are all of those who were blocked.
    public var bytesIn: UInt64
    public var bytesOut: UInt64
    /// Connections that have ended in that time; left out where they are not counted.
    public var connections: Int?
    /// `true` for the last row, of all that were not among the busiest.
    public var isOthers: Bool?

    public init(
      name: String, packetsIn: UInt64, packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64, connections: Int? = nil,
      isOthers: Bool? = nil
    ) {
      self.name = name
      self.packetsIn = packetsIn
      self.packetsOut = packetsOut
      self.bytesIn = bytesIn
      self.bytesOut = bytesOut
      self.connections = connections
      self.isOthers = isOthers
    }
  }

  /// Seconds up to now.
  public var span: Int
  public var by: TrafficOrder
  /// The busiest first.
  public var rows: [Row]
  /// Why there is nothing, or not everything; left out where there is nothing to say.
  public var note: String?

  public init(span: Int, by: TrafficOrder, rows: [Row], note: String? = nil) {
    self.span = span
    self.by = by
    self.rows = rows
    self.note = note
  }
}

/// What traffic is added up by.
public enum TrafficOrder: String, Codable, Sendable, CaseIterable {
  case service, host, application, interface
  /// Only rules whose names begin with an underscore are measured over time.
  case rule
  /// Senders of packets that were not let through, as far as rules log that.
  case blocked
  /// Rules in force without rules below them, by their matches since their counters began, whatever the span.
  case matches
}
