internal import SentryPacket

/// How far a TCP connection has come, as far as flags tell (RFC 9293 §3.1): sequence numbers are not followed.
public struct TCPState: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Every packet so far had its SYN flag set.
  public static let onlySYN = TCPState(rawValue: 1 << 0)
  /// The end that sent the flow's first packet has sent a FIN.
  public static let forwardFIN = TCPState(rawValue: 1 << 1)
  /// The other end has sent a FIN.
  public static let reverseFIN = TCPState(rawValue: 1 << 2)
  /// After the forward FIN the other end has sent an ACK.
  public static let forwardFINAcknowledged = TCPState(rawValue: 1 << 3)
  /// After the reverse FIN the first end has sent an ACK.
  public static let reverseFINAcknowledged = TCPState(rawValue: 1 << 4)
  /// Either end has sent a RST.
  public static let reset = TCPState(rawValue: 1 << 5)

  /// Nothing more is to come: both FINs were acknowledged, or the connection was reset.
  public var isClosed: Bool {
    contains(.reset) || isSuperset(of: [.forwardFINAcknowledged, .reverseFINAcknowledged])
  }

  /// Takes one packet's flags into account.
  mutating func follow(_ flags: UInt8, isForward: Bool) {
    if flags & TCPFlag.syn == 0 { remove(.onlySYN) }
    if flags & TCPFlag.rst != 0 { insert(.reset) }
    if flags & TCPFlag.ack != 0 { acknowledge(isForward ? .reverseFIN : .forwardFIN) }
    if flags & TCPFlag.fin != 0 { insert(isForward ? .forwardFIN : .reverseFIN) }
  }

  private mutating func acknowledge(_ fin: TCPState) {
    guard contains(fin) else { return }
    insert(fin == .forwardFIN ? .forwardFINAcknowledged : .reverseFINAcknowledged)
  }
}
