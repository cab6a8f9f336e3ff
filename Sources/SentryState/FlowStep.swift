public import SentryPacket

/// What a packet adds to its flow: to count, and for TCP to follow.
///
/// A table is handed this, and not the packet: that would be copied whole for the call.
public struct FlowStep: Sendable {
  @usableFromInline let byteCount: UInt32
  /// `nil` for another protocol, or where they were not captured.
  @usableFromInline let tcpFlags: UInt8?

  @inlinable @inline(__always)
  public init(_ packet: borrowing PacketFields) {
    byteCount = packet.byteCount
    tcpFlags = packet.has(.tcpFlags) ? packet.tcpFlags : nil
  }
}
