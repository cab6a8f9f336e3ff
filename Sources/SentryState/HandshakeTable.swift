public import SentryPacket

/// Beginnings of TLS handshakes whose server name stands in a later segment.
///
/// A ClientHello often takes two segments. What came first waits here for the segment that continues it: of the same flow, in the
/// same direction, with the next sequence number (RFC 9293 §3.4). The segment that completes the name is not added, so that it
/// reads the same when it is sent twice; a first segment sent twice changes nothing. After 30 seconds a beginning is forgotten;
/// when the table is full, the oldest makes way.
///
/// All memory is there from the start: `capacity` times `roomPerFlow` bytes. `now` is never before that of an earlier call.
public struct HandshakeTable: ~Copyable {
  private static let lifetime = 30 * Timestamp.nanosecondsPerSecond
  /// The table's only expiry class.
  private static let expiryClass: UInt16 = 0

  /// Bytes of a flow's segments together; what is beyond is cut off. A longer ClientHello has its name before that, in
  /// practice.
  public static var roomPerFlow: Int { 4_096 }
  /// Flows there may be.
  public static var capacity: Int { 512 }

  private var table: LinkedTable<HandshakeRecord>
  /// `roomPerFlow` bytes for each slot.
  private var bytes: [UInt8]

  public init() {
    table = LinkedTable(capacity: Self.capacity, lifetimes: [Self.lifetime])
    bytes = Array(repeating: 0, count: table.capacity * Self.roomPerFlow)
  }

  /// Keeps the payload of a segment that begins a handshake. Does nothing with one that fills the room by itself.
  public mutating func begin(_ packet: borrowing PacketFields, of flow: FlowKey, _ frame: RawSpan, now: Timestamp) {
    guard isSegment(packet, of: flow), packet.payload.count < Self.roomPerFlow else { return }
    let key = HandshakeKey(flow)
    let first = packet.payloadSequence
    let slot = table.find(key, now: now)
    if let slot, table[slot].firstSequence == first, table[slot].length >= packet.payload.count { return }
    if let slot { table.refresh(slot, in: Self.expiryClass, now: now) }
    let place = slot ?? table.insert(HandshakeRecord(key: key), in: Self.expiryClass, now: now)
    table[place].firstSequence = first
    table[place].length = copy(packet, frame, to: place * Self.roomPerFlow, atMost: Self.roomPerFlow)
  }

  /// Hands over what came before this segment with its payload behind, if it continues a beginning that is known.
  ///
  /// - Parameter needsMore: gets all payloads as one run of bytes; true if the name must be further on, and then this
  ///   segment is kept, too.
  /// - Returns: false if there is no such beginning.
  @discardableResult
  public mutating func continued(
    by packet: borrowing PacketFields, of flow: FlowKey, _ frame: RawSpan, now: Timestamp,
    _ needsMore: (RawSpan) -> Bool
  ) -> Bool {
    guard table.count > 0, isSegment(packet, of: flow), let slot = table.find(HandshakeKey(flow), now: now),
      table[slot].nextSequence == packet.payloadSequence
    else { return false }
    let start = slot * Self.roomPerFlow
    let before = table[slot].length
    let length = before + copy(packet, frame, to: start + before, atMost: Self.roomPerFlow - before)
    let isUnfinished = bytes.withRawSpan { needsMore($0.extracting(start..<start + length)) }
    if isUnfinished, length < Self.roomPerFlow { table[slot].length = length }
    return true
  }

  /// What came before this segment, if it continues a beginning that is known. Changes nothing.
  public func beginning(before packet: PacketFields, of flow: FlowKey, now: Timestamp) -> ArraySlice<UInt8>? {
    guard isSegment(packet, of: flow), let slot = table.peek(HandshakeKey(flow), now: now) else { return nil }
    guard table[slot].nextSequence == packet.payloadSequence else { return nil }
    return bytes[slot * Self.roomPerFlow..<slot * Self.roomPerFlow + table[slot].length]
  }

  private func isSegment(_ packet: borrowing PacketFields, of flow: FlowKey) -> Bool {
    guard flow.isKnown, packet.has([.payload, .tcpFlags]) else { return false }
    return !packet.payload.isEmpty
  }

  /// Copies captured payload into the store.
  ///
  /// - Returns: how many bytes, at most `room`.
  private mutating func copy(
    _ packet: borrowing PacketFields, _ frame: RawSpan, to position: Int, atMost room: Int
  ) -> Int {
    var length = 0
    while length < room, length < packet.payload.count,
      let byte = frame.wire8(at: Int(packet.payload.lowerBound) + length)
    {
      bytes[position + length] = byte
      length += 1
    }
    return length
  }

  /// Removes what has expired; what is left is not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  /// The clock was set back: what is later than `now` counts as of `now`.
  public mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Flows in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// New flows since the start.
  public var additions: UInt64 { table.additions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

/// A flow, and the direction of the segments.
struct HandshakeKey: TableKey {
  let flow: FlowIdentity
  let isFromFirstEnd: Bool

  init(_ flow: FlowKey) {
    self.flow = flow.identity
    isFromFirstEnd = flow.isFromFirstEnd
  }

  func hash(_ seed: HashSeed) -> UInt64 { flow.hash(seed) ^ (isFromFirstEnd ? seed.second : 0) }
}

/// A beginning as the table stores it, its bytes apart.
struct HandshakeRecord: LinkedEntry {
  let key: HandshakeKey
  var expiryClass = ExpiryClass.free
  /// The sequence number of the first byte that is kept.
  var firstSequence: UInt32 = 0
  /// Bytes that are kept.
  var length = 0
  var lastNanoseconds: Int64 = 0

  init(key: HandshakeKey) { self.key = key }

  /// The sequence number of the byte behind them.
  var nextSequence: UInt32 { firstSequence &+ UInt32(truncatingIfNeeded: length) }
}

extension PacketFields {
  /// The sequence number of the first payload byte: a SYN takes one of its own (RFC 9293 §3.4).
  fileprivate var payloadSequence: UInt32 { tcpSequence &+ (tcpFlags & TCPFlag.syn == 0 ? 0 : 1) }
}
