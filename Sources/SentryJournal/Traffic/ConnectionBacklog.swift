public import SentryPacket

/// Connections that are over and wait to be written: bounded, and so is how many of them come in the long run.
///
/// A flood of short connections then drives the log of connections round in minutes and not in seconds, and is no more than a disk
/// keeps up with. What has no entry is counted; what it has moved is in the history anyway.
public struct ConnectionBacklog: Sendable {
  /// Those that may wait, and those that may come at once after silence.
  public static let capacity = 65_536
  /// Those that may come in the long run.
  public static let perSecond = 2_000
  private static let cost = Timestamp.nanosecondsPerSecond / Int64(perSecond)

  private var waiting: [EndedConnection] = []
  private var bucket = LeakyBucket()
  /// Ended connections that the log has no entry for.
  public private(set) var lost: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { waiting.isEmpty }

  public mutating func append(_ ended: [EndedConnection], now: Timestamp) {
    for connection in ended {
      let isAdmitted =
        waiting.count < Self.capacity
        && bucket.admits(at: now, cost: Self.cost, burst: Int64(Self.capacity) * Self.cost)
      if isAdmitted { waiting.append(connection) } else { lost &+= 1 }
    }
  }

  /// Some ended without anybody's being told which.
  public mutating func miss(_ count: UInt64) { lost &+= count }

  public func oldest(_ limit: Int) -> [EndedConnection] { Array(waiting.prefix(limit)) }

  /// They are written.
  public mutating func removeOldest(_ count: Int) {
    if count >= waiting.count { waiting = [] } else { waiting.removeFirst(count) }
  }
}
