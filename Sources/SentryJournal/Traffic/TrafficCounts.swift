/// What has come in and gone out.
public struct TrafficCounts: Hashable, Sendable {
  public var packetsIn: UInt64
  public var packetsOut: UInt64
  /// IP bytes, headers included.
  public var bytesIn: UInt64
  public var bytesOut: UInt64

  public init(packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, bytesIn: UInt64 = 0, bytesOut: UInt64 = 0) {
    self.packetsIn = packetsIn
    self.packetsOut = packetsOut
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
  }

  public var bytes: UInt64 { bytesIn &+ bytesOut }
  public var packets: UInt64 { packetsIn &+ packetsOut }

  /// Wraps around, as counters do.
  public static func += (counts: inout TrafficCounts, more: TrafficCounts) {
    counts.packetsIn &+= more.packetsIn
    counts.packetsOut &+= more.packetsOut
    counts.bytesIn &+= more.bytesIn
    counts.bytesOut &+= more.bytesOut
  }
}
