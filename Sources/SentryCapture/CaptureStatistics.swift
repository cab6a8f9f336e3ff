/// What became of the frames an interface saw while it was captured.
public struct CaptureStatistics: Equatable, Sendable {
  /// Frames offered to the capture, those dropped by the ring included. On the loopback interface each frame counts
  /// twice, going out and coming in, although it is delivered once.
  public var received: UInt64 = 0
  /// Frames lost because the ring was full.
  public var droppedByRing: UInt64 = 0
  /// Frames the interface or its driver lost.
  public var droppedByInterface: UInt64 = 0

  public init(received: UInt64 = 0, droppedByRing: UInt64 = 0, droppedByInterface: UInt64 = 0) {
    self.received = received
    self.droppedByRing = droppedByRing
    self.droppedByInterface = droppedByInterface
  }
}

/// libpcap's counters at one moment: they start at 0 with the capture and wrap at 2^32.
struct StatisticsReading: Equatable {
  var received: UInt32 = 0
  var droppedByRing: UInt32 = 0
  var droppedByInterface: UInt32 = 0
}

/// Makes counts that never wrap out of readings taken before each counter can wrap twice.
struct StatisticsCounter {
  private var last = StatisticsReading()
  private var total = CaptureStatistics()

  mutating func advance(to reading: StatisticsReading) -> CaptureStatistics {
    total.received += UInt64(reading.received &- last.received)
    total.droppedByRing += UInt64(reading.droppedByRing &- last.droppedByRing)
    total.droppedByInterface += UInt64(reading.droppedByInterface &- last.droppedByInterface)
    last = reading
    return total
  }
}
