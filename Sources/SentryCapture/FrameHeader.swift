public import SentryPacket

/// What a capture says about a frame beside its bytes.
public struct FrameHeader: Equatable, Sendable {
  /// The position in the file, or since the interface was opened; the first is 1.
  public let number: UInt64
  /// When it was captured.
  public let time: Timestamp
  /// Bytes that were sent, link header included; the captured bytes may be fewer.
  public let wireLength: Int

  @inlinable
  public init(number: UInt64, time: Timestamp, wireLength: Int) {
    self.number = number
    self.time = time
    self.wireLength = wireLength
  }
}

/// How fine the times of a capture are.
public enum TimestampPrecision: Sendable {
  case microseconds
  case nanoseconds
}
