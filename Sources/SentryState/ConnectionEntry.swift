public import SentryPacket

/// One end of a flow. The port is 0 where there is none; for ICMP it is what stands for it in `FlowKey`.
public struct FlowEndpoint: Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// What went one way along a flow.
public struct FlowTraffic: Hashable, Sendable, BitwiseCopyable {
  public var packets: UInt64 = 0
  /// IP bytes, headers included.
  public var bytes: UInt64 = 0

  public init(packets: UInt64 = 0, bytes: UInt64 = 0) {
    self.packets = packets
    self.bytes = bytes
  }

  mutating func count(bytes: UInt32) {
    packets &+= 1
    self.bytes &+= UInt64(bytes)
  }

  /// Wraps around, as counters do.
  public static func += (traffic: inout FlowTraffic, more: FlowTraffic) {
    traffic.packets &+= more.packets
    traffic.bytes &+= more.bytes
  }
}

/// What the connection table remembers of a flow, as a copy.
public struct ConnectionEntry: Hashable, Sendable {
  /// IANA protocol number.
  public var protocolNumber: UInt8
  /// This host's end: the source of an outbound first packet, the destination of an inbound one.
  public var local: FlowEndpoint
  public var remote: FlowEndpoint
  /// The way of the first packet; `forward` counts what goes the same way.
  public var firstDirection: Direction
  /// The interface of the latest packet, by its position in the engine.
  public var interface: UInt16
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  public var forward: FlowTraffic
  public var reverse: FlowTraffic
  /// Empty while open, and for other protocols.
  public var tcp: TCPState
  /// Seconds without a packet after which the flow is forgotten.
  public var limitSeconds: Int
  /// The label of the rule that limits what arrives; 0 for none.
  public var inboundRate: UInt32 = 0
  /// The label of the rule that limits what leaves; 0 for none.
  public var outboundRate: UInt32 = 0
  /// Packets that were discarded because a rule had dropped the connection before.
  public var refusals: UInt32 = 0

  /// A rule limits its rate.
  public var isRateBound: Bool { inboundRate != 0 || outboundRate != 0 }
}
