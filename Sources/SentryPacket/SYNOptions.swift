/// What an end of a TCP connection says of itself in its SYN, and at no other time.
public struct SYNOptions: Sendable, Equatable {
  /// The longest segment it takes, in bytes (RFC 9293 §3.7.1); `nil` if it does not say.
  public let maximumSegment: UInt16?
  /// By how many bits it shifts the windows of its later segments, 0...14 (RFC 7323 §2.2, §2.3); `nil` if it does not offer to.
  public let windowShift: UInt8?

  public init(of packet: borrowing PacketFields, in frame: RawSpan) {
    let options = packet.has(.tcpOptions) ? packet.tcpOptions : 0..<0
    maximumSegment = frame.positionOfOption(Kind.maximumSegment, in: options).flatMap { frame.wire16(at: $0 + 2) }
    windowShift = frame.positionOfOption(Kind.windowShift, in: options).flatMap { frame.wire8(at: $0 + 2) }
      .map { min(14, $0) }
  }

  private enum Kind {
    static let maximumSegment: UInt8 = 2
    static let windowShift: UInt8 = 3
  }
}
