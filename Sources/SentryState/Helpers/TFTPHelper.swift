internal import SentryPacket

/// Awaits the answers to requests of TFTP: they come from the server's address, but from a port of its choice (RFC 1350 §4).
struct TFTPHelper: ~Copyable {
  var ports: [UInt16]
  private(set) var announced = AnnouncedFlows()
  /// Requests since the start.
  private(set) var announcements: UInt64 = 0
  /// Those from a port of a service.
  private(set) var refusals: UInt64 = 0

  init(ports: [UInt16]) { self.ports = ports }

  /// Reads a packet that was let through.
  mutating func read(_ packet: borrowing PacketFields, _ frame: RawSpan, now: Timestamp) {
    guard packet.has([.ports, .payload]), !packet.isFragment, ports.contains(packet.destinationPort),
      let operation = frame.wire16(at: Int(packet.payload.lowerBound)), packet.payload.count >= Self.shortestRequest,
      operation == Self.readRequest || operation == Self.writeRequest
    else { return }
    guard packet.sourcePort >= AnnouncedFlows.lowestPort else {
      refusals &+= 1
      return
    }
    announced.announce(FlowIdentity(announcedBy: packet, port: packet.sourcePort), now: now)
    announcements &+= 1
  }

  /// RFC 1350 §5: operation codes, and a request with two texts of no byte, each with its zero.
  private static var readRequest: UInt16 { 1 }
  private static var writeRequest: UInt16 { 2 }
  private static var shortestRequest: Int { 4 }

  mutating func fulfil(_ flow: FlowIdentity) { announced.remove(flow) }

  mutating func expire(now: Timestamp) { announced.expire(now: now) }

  /// See `StateTables.turnBack`.
  mutating func turnBack(to now: Timestamp) { announced.turnBack(to: now) }

  mutating func removeAll() { announced.removeAll() }
}
