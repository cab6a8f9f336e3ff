public import SentryPacket

/// What a rule allows all flows together that are bound to it.
public struct RateLimit: Sendable, Equatable {
  /// The rule's label, as the connection table keeps it.
  public var label: UInt32
  /// 1...125 000 000 000, of payload for TCP, of IP packets for all else.
  public let bytesPerSecond: Int64
  /// Each by itself.
  public var directions: RateDirections

  /// - Parameter bitsPerSecond: the nearest that can be reckoned with: 8...10^12.
  public init(label: UInt32, bitsPerSecond: UInt64, directions: RateDirections) {
    self.label = label
    bytesPerSecond = Int64(min(1_000_000_000_000, max(8, bitsPerSecond)) / 8)
    self.directions = directions
  }
}

/// How one rule's limit is doing, in one direction.
public struct RateSnapshot: Sendable, Equatable {
  public var label: UInt32
  public var direction: Direction
  public var bytesPerSecond: Int64
  /// Bytes a second that it leaves to the limits before it; 0 for all but the last of the direction.
  public var reserved: Int64
  /// Flows that used more than a quarter of their share in the last full second.
  public var activeFlows: Int
  /// In that second.
  public var movedBytes: Int64
  /// Packets that wait now.
  public var waiting: Int
  // Since the rule came into force.
  public var held: UInt64
  public var dropped: UInt64
  public var loweredWindows: UInt64
}

/// What limits of rates need to know of a flow.
struct RatedFlow {
  var slot: Int
  var identity: FlowIdentity
  /// 0 for none.
  var inboundLabel: UInt32
  var outboundLabel: UInt32
  var shifts: WindowShifts

  func label(_ direction: Direction) -> UInt32 { direction == .inbound ? inboundLabel : outboundLabel }
}

/// What limits of rates need to know of a packet.
struct RatedPacket {
  var direction: Direction
  var isFromFirstEnd: Bool
  /// What it costs.
  var byteCount: Int64
  /// Of a TCP segment with a whole header.
  var numbers: TCPNumbers?
  /// Of a SYN that says it: the longest segment that its sender takes.
  var maximumSegment: UInt16?
}

/// What a limit makes of a packet.
public struct Pacing: Sendable, Equatable {
  public enum Verdict: Sendable, Equatable {
    case pass
    case drop
    /// It waits in this place, 0..<`RateTable.holdCapacity`, until the table lets go of the place.
    case hold(place: Int)
  }

  public var verdict = Verdict.pass
  /// What the segment's window field must say; `nil` to leave it.
  public var window: UInt16?
  /// The sender, by its number in the table, whose window this segment tells; what tells it later must be like it.
  public var carries: Int?

  public static var free: Pacing { Pacing() }

  public init() {}
}
