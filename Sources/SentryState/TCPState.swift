internal import SentryPacket

/// How far a TCP connection has come, as far as flags tell (RFC 9293 §3.1): sequence numbers are not followed.
public struct TCPState: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Every packet so far had its SYN flag set.
  @inlinable public static var onlySYN: TCPState { TCPState(rawValue: 1 << 0) }
  /// The end that sent the flow's first packet has sent a FIN.
  @inlinable public static var forwardFIN: TCPState { TCPState(rawValue: 1 << 1) }
  /// The other end has sent a FIN.
  @inlinable public static var reverseFIN: TCPState { TCPState(rawValue: 1 << 2) }
  /// After the forward FIN the other end has sent an ACK.
  @inlinable public static var forwardFINAcknowledged: TCPState { TCPState(rawValue: 1 << 3) }
  /// After the reverse FIN the first end has sent an ACK.
  @inlinable public static var reverseFINAcknowledged: TCPState { TCPState(rawValue: 1 << 4) }
  /// Either end has sent a RST.
  @inlinable public static var reset: TCPState { TCPState(rawValue: 1 << 5) }

  /// A rule has dropped the connection; see `ConnectionTable.close`.
  @inlinable public static var closedByFirewall: TCPState { TCPState(rawValue: 1 << 6) }

  /// Nothing more is to come: both FINs were acknowledged, or the connection was reset or dropped.
  public var isClosed: Bool {
    !isDisjoint(with: [.reset, .closedByFirewall])
      || isSuperset(of: [.forwardFINAcknowledged, .reverseFINAcknowledged])
  }

  /// After the first packet of a connection. One that is met half-way, with a packet whose SYN flag is off, counts as open.
  @inline(__always)
  init(startedWith flags: UInt8) {
    self = .onlySYN
    follow(flags, isForward: true)
  }

  /// Takes one packet's flags into account.
  @inline(__always)
  mutating func follow(_ flags: UInt8, isForward: Bool) {
    if flags & TCPFlag.syn == 0 { remove(.onlySYN) }
    if flags & TCPFlag.rst != 0 { insert(.reset) }
    if flags & TCPFlag.ack != 0 { acknowledge(isForward ? .reverseFIN : .forwardFIN) }
    if flags & TCPFlag.fin != 0 { noteFIN(isForward: isForward) }
  }

  /// Takes the FIN of one end into account, and nothing else.
  mutating func noteFIN(isForward: Bool) { insert(isForward ? .forwardFIN : .reverseFIN) }

  /// Both ends have sent a FIN.
  var hasBothFINs: Bool { isSuperset(of: [.forwardFIN, .reverseFIN]) }

  private mutating func acknowledge(_ fin: TCPState) {
    guard contains(fin) else { return }
    insert(fin == .forwardFIN ? .forwardFINAcknowledged : .reverseFINAcknowledged)
  }
}
