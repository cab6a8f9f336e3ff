// Listens in on control connections of FTP for the data connections that their ends agree upon (RFC 959, RFC 2428).
//
// An end that says a port awaits the other end there: `PORT` and `EPRT` of a client, and the replies 227 and 229 of a server. So the
// rule is one for both ways: the *sender* of such a line must be the address it names, the port must not be one of a service, and
// only the *receiver* may connect there. Nothing that is said on a control connection opens a way to or from anybody else.
//
// A control connection begins with the client's SYN; both ends' numbers are followed from there, and only packets that come the way
// of the end whose address they bear. One whose beginning was not seen is not read: who is the client cannot be told from the ports,
// for anybody may come from the port of a server. Each has at most one announcement at a time.
//
// Memory. A connection has room for one line of each end, and no more; so has the table for `capacity` of them, and then the one that
// was silent for longest makes way, and is not read any more. Those that nobody has confirmed are kept apart, so that requests in
// whosever name drive out none that are open.

internal import SentryPacket

struct FTPHelper: ~Copyable {
  /// Control connections that are followed at once.
  static var capacity: Int { 4_096 }
  /// Those that may be about to open at once.
  static var openingCapacity: Int { 1_024 }

  private enum Class {
    /// Neither end has said anything, or one has ended the connection.
    static var brief: UInt16 { 0 }
    static var open: UInt16 { 1 }
  }

  /// By class. An open one lives as long as its connection does.
  private static var lifetimes: [Int64] { [60, 86_400].map { $0 * Timestamp.nanosecondsPerSecond } }

  var ports: [UInt16]
  private var openings: LinkedTable<FTPOpening>
  private var controls: LinkedTable<FTPControl>
  private(set) var announced = AnnouncedFlows()
  /// Data connections announced since the start.
  private(set) var announcements: UInt64 = 0
  /// Those among the lines that named somebody else's address, or a port of a service.
  private(set) var refusals: UInt64 = 0

  init(ports: [UInt16]) {
    self.ports = ports
    openings = LinkedTable(capacity: Self.openingCapacity, lifetimes: Self.lifetimes)
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
  /// - Parameters:
  ///   - stage: that of the flow, this packet included.
  ///   - way: how it came.
  mutating func read(
    _ packet: borrowing PacketFields, of flow: FlowKey, _ stage: FlowStage, on way: PacketWay, _ frame: RawSpan,
    now: Timestamp
  ) {
    guard packet.has([.tcpFlags, .ports]), !packet.isFragment, let numbers = TCPNumbers(of: packet, in: frame) else {
      return
    }
    if numbers.hasSYN { return readOpening(packet, numbers, of: flow, stage, on: way, now: now) }
    guard numbers.hasACK, stage == .answered else { return }
    finishOpening(of: flow, numbers, on: way, now: now)
    guard numbers.payloadCount > 0 || numbers.hasFIN || numbers.hasRST,
      let slot = controls.find(flow.identity, now: now)
    else { return }
    let isFromClient = flow.isFromFirstEnd == controls[slot].isClientFirstEnd
    guard way == (isFromClient ? controls[slot].clientWay : controls[slot].serverWay) else { return }
    if numbers.payloadCount > 0, !controls[slot].isDeaf {
      readPayload(packet, numbers, at: slot, isFromClient: isFromClient, frame, now: now)
    }
    controls.refresh(slot, in: numbers.hasFIN || numbers.hasRST ? Class.brief : Class.open, now: now)
  }

  private mutating func readOpening(
    _ packet: borrowing PacketFields, _ numbers: TCPNumbers, of flow: FlowKey, _ stage: FlowStage, on way: PacketWay,
    now: Timestamp
  ) {
    if numbers.hasACK {
      guard let slot = openings.find(flow.identity, now: now), openings[slot].isClientFirstEnd != flow.isFromFirstEnd
      else { return }
      if !openings[slot].takeAnswer(numbers, on: way) { openings.remove(at: slot) }
    } else if stage == .begins {
      guard ports.contains(packet.destinationPort) else { return }
      forget(flow.identity)
      _ = openings.insert(FTPOpening(flow, requestedBy: numbers, on: way), in: Class.brief, now: now)
    } else if let slot = openings.find(flow.identity, now: now) {
      let isTrue = openings[slot].isClientFirstEnd == flow.isFromFirstEnd && openings[slot].takeRequest(on: way)
      if !isTrue { openings.remove(at: slot) }
    }
  }

  /// A connection is followed once its client has shown that it receives what is sent to it.
  private mutating func finishOpening(of flow: FlowKey, _ numbers: TCPNumbers, on way: PacketWay, now: Timestamp) {
    guard openings.count > 0, let slot = openings.find(flow.identity, now: now),
      openings[slot].isClientFirstEnd == flow.isFromFirstEnd, openings[slot].isConfirmed(by: numbers, on: way)
    else { return }
    let control = FTPControl(openings[slot])
    openings.remove(at: slot)
    _ = controls.insert(control, in: Class.brief, now: now)
  }

  /// Another connection takes the place of one that had the same ends.
  private mutating func forget(_ flow: FlowIdentity) {
    _ = openings.remove(flow)
    if let slot = controls.slot(of: flow), let announcement = controls[slot].announced {
      announced.remove(announcement)
    }
    _ = controls.remove(flow)
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
    openings.expire(now: now)
    controls.expire(now: now)
    announced.expire(now: now)
  }

  /// See `StateTables.turnBack`.
  mutating func turnBack(to now: Timestamp) {
    openings.turnBack(to: now)
    controls.turnBack(to: now)
    announced.turnBack(to: now)
  }

  mutating func removeAll() {
    openings.removeAll()
    controls.removeAll()
    announced.removeAll()
  }

  /// Connections that may be about to open, expired ones that are not removed yet included, and those since the start.
  var opening: (count: Int, additions: UInt64) { (openings.count, openings.additions) }

  /// Control connections that are followed, expired ones that are not removed yet included.
  var count: Int { controls.count }

  func count(now: Timestamp) -> Int { controls.count(now: now) }

  /// Those that have begun since the start.
  var additions: UInt64 { controls.additions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? {
    openings.brokenInvariant() ?? controls.brokenInvariant() ?? announced.brokenInvariant()
  }
}
