internal import SentryPacket

/// Awaits the answers to requests of TFTP: they come from the server's address, but from a port of its choice (RFC 1350 §4).
///
/// A request is one datagram, which anybody may send in whosever name. So what arrives drives out nothing that this host has asked for.
struct TFTPHelper: ~Copyable {
  var ports: [UInt16]
  /// Answers to requests that leave this host.
  private var own = AnnouncedFlows()
  /// Answers to those that arrive.
  private var others = AnnouncedFlows()
  /// Requests since the start.
  private(set) var announcements: UInt64 = 0
  /// Those from a port of a service.
  private(set) var refusals: UInt64 = 0

  init(ports: [UInt16]) { self.ports = ports }

  /// Reads a packet that was let through.
  mutating func read(_ packet: borrowing PacketFields, on way: PacketWay, _ frame: RawSpan, now: Timestamp) {
    guard packet.has([.ports, .payload]), !packet.isFragment, ports.contains(packet.destinationPort),
      let operation = frame.wire16(at: Int(packet.payload.lowerBound)), packet.payload.count >= Self.shortestRequest,
      operation == Self.readRequest || operation == Self.writeRequest
    else { return }
    guard packet.sourcePort >= AnnouncedFlows.lowestPort else {
      refusals &+= 1
      return
    }
    let answer = FlowIdentity(announcedBy: packet, port: packet.sourcePort)
    // What passes through leaves after it has arrived.
    if way.isOutbound, !others.holds(answer, now: now) {
      own.announce(answer, now: now)
    } else {
      others.announce(answer, now: now)
    }
    announcements &+= 1
  }

  /// RFC 1350 §5: operation codes, and a request with two texts of no byte, each with its zero.
  private static var readRequest: UInt16 { 1 }
  private static var writeRequest: UInt16 { 2 }
  private static var shortestRequest: Int { 4 }

  /// The flow is expected. Changes nothing.
  func awaits(_ flow: FlowIdentity, now: Timestamp) -> Bool {
    own.holds(flow, now: now) || others.holds(flow, now: now)
  }

  mutating func fulfil(_ flow: FlowIdentity) {
    own.remove(flow)
    others.remove(flow)
  }

  mutating func expire(now: Timestamp) {
    own.expire(now: now)
    others.expire(now: now)
  }

  /// See `StateTables.turnBack`.
  mutating func turnBack(to now: Timestamp) {
    own.turnBack(to: now)
    others.turnBack(to: now)
  }

  mutating func removeAll() {
    own.removeAll()
    others.removeAll()
  }

  /// Answers that are awaited, expired ones that are not removed yet included.
  var count: Int { own.count + others.count }

  func count(now: Timestamp) -> Int { own.count(now: now) + others.count(now: now) }

  /// Those since the start.
  var additions: UInt64 { own.additions &+ others.additions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { own.brokenInvariant() ?? others.brokenInvariant() }
}
