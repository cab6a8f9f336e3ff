internal import SentryPacket

/// Flows that the ends of another flow have announced, and that have not begun.
///
/// One end has said on which of its ports it awaits the other; from which port that comes is not known before. An announcement holds
/// for one flow, and for a minute: a transfer begins right after it was agreed upon. When the table is full, the oldest makes way.
struct AnnouncedFlows: ~Copyable {
  /// Announcements there may be.
  static var capacity: Int { 4_096 }
  /// How long they hold.
  static var seconds: Int64 { 60 }
  /// Below it are the ports of services: nobody awaits a data connection there.
  static var lowestPort: UInt16 { 1_024 }

  /// The table's only expiry class.
  private static var expiryClass: UInt16 { 0 }

  private var table: LinkedTable<AnnouncedFlow>

  init() {
    table = LinkedTable(capacity: Self.capacity, lifetimes: [Self.seconds * Timestamp.nanosecondsPerSecond])
  }

  /// From now on a flow is expected.
  mutating func announce(_ flow: FlowIdentity, now: Timestamp) {
    if let slot = table.find(flow, now: now) { return table.refresh(slot, in: Self.expiryClass, now: now) }
    _ = table.insert(AnnouncedFlow(key: flow), in: Self.expiryClass, now: now)
  }

  /// The flow is expected. Changes nothing.
  func holds(_ flow: FlowIdentity, now: Timestamp) -> Bool { table.count > 0 && table.peek(flow, now: now) != nil }

  /// It has begun, or is no longer expected.
  mutating func remove(_ flow: FlowIdentity) { _ = table.remove(flow) }

  mutating func expire(now: Timestamp) { table.expire(now: now) }

  /// See `StateTables.turnBack`.
  mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  mutating func removeAll() { table.removeAll() }

  var count: Int { table.count }

  func count(now: Timestamp) -> Int { table.count(now: now) }

  var additions: UInt64 { table.additions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

/// An announcement as the table stores it.
struct AnnouncedFlow: LinkedEntry {
  let key: FlowIdentity
  var expiryClass = ExpiryClass.free
  var lastNanoseconds: Int64 = 0

  init(key: FlowIdentity) { self.key = key }
}

extension FlowIdentity {
  /// What is known of a flow before it begins: the end that begins it, and the port where the other end awaits it. 0 stands for the
  /// port it comes from, which no packet has.
  init(announcedTo source: IPAddress, at destination: IPAddress, port: UInt16, _ protocolNumber: UInt8) {
    self =
      FlowKey(
        protocolNumber: protocolNumber, source: FlowEndpoint(address: source, port: 0),
        destination: FlowEndpoint(address: destination, port: port), direction: .inbound
      ).identity
  }

  /// The announcement that a packet would follow.
  @inline(__always)
  init(announcementFor packet: borrowing PacketFields) {
    self.init(
      announcedTo: packet.source, at: packet.destination, port: packet.destinationPort, packet.protocolNumber)
  }

  /// The announcement that the sender of a packet makes to its receiver.
  init(announcedBy packet: borrowing PacketFields, port: UInt16) {
    self.init(announcedTo: packet.destination, at: packet.source, port: port, packet.protocolNumber)
  }
}
