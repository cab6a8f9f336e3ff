// Listens in on control connections of FTP for the data connections that their ends agree upon (RFC 959, RFC 2428).
//
// An end that says a port awaits the other end there: `PORT` and `EPRT` of a client, and the replies 227 and 229 of a server. So the
// rule is one for both ways: the *sender* of such a line must be the address it names, the port must not be one of a service, and
// only the *receiver* may connect there. Nothing that is said on a control connection opens a way to or from anybody else.
//
// A control connection begins with the client's SYN; both ends' numbers are followed from there. One whose beginning was not seen is
// not read: who is the client cannot be told from the ports, for anybody may come from the port of a server. Each has at most one
// announcement at a time.
//
// Memory. A connection has room for one line of each end, and no more; so has the table for `capacity` of them, and then the one that
// was silent for longest makes way, and is not read any more.

internal import SentryPacket

struct FTPHelper: ~Copyable {
  /// Control connections that are followed at once.
  static var capacity: Int { 4_096 }

  private enum Class {
    /// Neither end has said anything, or one has ended the connection.
    static var brief: UInt16 { 0 }
    static var open: UInt16 { 1 }
  }

  /// By class. An open one lives as long as its connection does.
  private static var lifetimes: [Int64] { [60, 86_400].map { $0 * Timestamp.nanosecondsPerSecond } }

  var ports: [UInt16]
  private var controls: LinkedTable<FTPControl>
  private(set) var announced = AnnouncedFlows()
  /// Data connections announced since the start.
  private(set) var announcements: UInt64 = 0
  /// Those among the lines that named somebody else's address, or a port of a service.
  private(set) var refusals: UInt64 = 0

  init(ports: [UInt16]) {
    self.ports = ports
    controls = LinkedTable(capacity: Self.capacity, lifetimes: Self.lifetimes)
  }

  /// The packet belongs to a control connection.
  @inline(__always)
  func isControl(_ packet: borrowing PacketFields) -> Bool {
    guard packet.protocolNumber == IPProtocol.tcp else { return false }
    let (source, destination) = (packet.sourcePort, packet.destinationPort)
    for port in ports where port == destination || port == source { return true }
    return false
  }

  /// Reads a packet of a control connection, of a flow that was entered.
  ///
  /// - Parameter stage: that of the flow, this packet included.
  mutating func read(
    _ packet: borrowing PacketFields, of flow: FlowKey, _ stage: FlowStage, _ frame: RawSpan, now: Timestamp
  ) {
    guard packet.has([.tcpFlags, .ports]), !packet.isFragment, let numbers = TCPNumbers(of: packet, in: frame) else {
      return
    }
    if numbers.hasSYN { return readOpening(packet, numbers, of: flow, stage, now: now) }
    guard numbers.hasACK, numbers.payloadCount > 0 || numbers.hasFIN || numbers.hasRST, stage == .answered,
      let slot = controls.find(flow.identity, now: now), controls[slot].server.hasBegun
    else { return }
    let isFromClient = flow.isFromFirstEnd == controls[slot].isClientFirstEnd
    if numbers.payloadCount > 0, !controls[slot].isDeaf {
      readPayload(packet, numbers, at: slot, isFromClient: isFromClient, frame, now: now)
    }
    controls.refresh(slot, in: numbers.hasFIN || numbers.hasRST ? Class.brief : Class.open, now: now)
  }

  private mutating func readOpening(
    _ packet: borrowing PacketFields, _ numbers: TCPNumbers, of flow: FlowKey, _ stage: FlowStage, now: Timestamp
  ) {
    let slot = controls.find(flow.identity, now: now)
    if numbers.hasACK {
      guard let slot, controls[slot].isClientFirstEnd != flow.isFromFirstEnd, !controls[slot].server.hasBegun else {
        return
      }
      controls[slot].server.begin(at: numbers.sequence &+ 1)
    } else if stage == .begins, ports.contains(packet.destinationPort) {
      if let slot { controls.remove(at: slot) }
      let control = FTPControl(
        flow.identity, isClientFirstEnd: flow.isFromFirstEnd, clientSequence: numbers.sequence &+ 1)
      _ = controls.insert(control, in: Class.brief, now: now)
    }
  }

  private mutating func readPayload(
    _ packet: borrowing PacketFields, _ numbers: TCPNumbers, at slot: Int, isFromClient: Bool, _ frame: RawSpan,
    now: Timestamp
  ) {
    for offset in controls[slot].advance(numbers, isFromClient: isFromClient) {
      guard offset < packet.payload.count, let byte = frame.wire8(at: Int(packet.payload.lowerBound) + offset) else {
        return controls[slot].lose(isFromClient: isFromClient)
      }
      if let place = controls[slot].take(byte, isFromClient: isFromClient) {
        announce(place, packet, at: slot, now: now)
      }
      if controls[slot].isDeaf { return }
    }
  }

  @inline(never)
  private mutating func announce(_ place: FTPPlace, _ packet: borrowing PacketFields, at slot: Int, now: Timestamp) {
    let sender = packet.source
    guard (place.address ?? sender) == sender, place.port >= AnnouncedFlows.lowestPort else {
      refusals &+= 1
      return
    }
    let flow = FlowIdentity(announcedBy: packet, port: place.port)
    if let before = controls[slot].announced, before != flow { announced.remove(before) }
    controls[slot].announced = flow
    announced.announce(flow, now: now)
    announcements &+= 1
  }

  /// A flow that was announced has begun.
  mutating func fulfil(_ flow: FlowIdentity) { announced.remove(flow) }

  mutating func expire(now: Timestamp) {
    controls.expire(now: now)
    announced.expire(now: now)
  }

  /// See `StateTables.turnBack`.
  mutating func turnBack(to now: Timestamp) {
    controls.turnBack(to: now)
    announced.turnBack(to: now)
  }

  mutating func removeAll() {
    controls.removeAll()
    announced.removeAll()
  }

  /// Control connections that are followed, expired ones that are not removed yet included.
  var count: Int { controls.count }

  func count(now: Timestamp) -> Int { controls.count(now: now) }

  /// Those that have begun since the start.
  var additions: UInt64 { controls.additions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { controls.brokenInvariant() ?? announced.brokenInvariant() }
}
