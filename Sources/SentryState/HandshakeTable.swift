public import SentryPacket

/// The first segments of TLS handshakes whose server name stands in the second.
///
/// A ClientHello often takes two segments. The payload of the first waits here for the one that continues it: of the same flow,
/// in the same direction, with the next sequence number (RFC 9293 §3.4). It stays after that, so that a segment sent twice reads
/// the same twice; a first segment sent twice replaces itself. After 30 seconds it is forgotten; when the table is full, the
/// oldest makes way.
///
/// All memory is there from the start: `capacity` times `roomPerFlow` bytes. `now` is never before that of an earlier call.
public struct HandshakeTable: ~Copyable {
  private static let lifetime = 30 * Timestamp.nanosecondsPerSecond
  /// The table's only expiry class.
  private static let expiryClass: UInt16 = 0

  /// Bytes of both segments together; what is beyond is cut off. A longer ClientHello has its name before that in practice.
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

  /// Keeps the payload of a packet that begins a handshake. Does nothing with one that fills the room by itself, or that is not a
  /// TCP segment with its sequence number.
  public mutating func remember(_ packet: borrowing PacketFields, of flow: FlowKey, _ frame: RawSpan, now: Timestamp) {
    guard flow.isKnown, packet.has([.payload, .tcpFlags]), packet.payload.count < Self.roomPerFlow else { return }
    let key = HandshakeKey(flow)
    let slot: Int
    if let known = table.find(key, now: now) {
      slot = known
      table.refresh(slot, in: Self.expiryClass, now: now)
    } else {
      slot = table.insert(HandshakeRecord(key: key), in: Self.expiryClass, now: now)
    }
    table[slot].length = copy(packet, frame, to: slot * Self.roomPerFlow, atMost: Self.roomPerFlow)
    table[slot].nextSequence = packet.tcpSequence &+ UInt32(truncatingIfNeeded: packet.payload.count)
  }

  /// Hands over the first segment with this packet's payload behind it, if the packet continues a first segment that is known.
  ///
  /// - Parameter body: gets both payloads as one run of bytes.
  /// - Returns: what `body` does; `nil` if there is no such segment.
  public mutating func withContinued<Result>(
    by packet: borrowing PacketFields, of flow: FlowKey, _ frame: RawSpan, now: Timestamp,
    _ body: (RawSpan) -> Result
  ) -> Result? {
    guard flow.isKnown, packet.has([.payload, .tcpFlags]), !packet.payload.isEmpty,
      let slot = table.find(HandshakeKey(flow), now: now), table[slot].nextSequence == packet.tcpSequence
    else { return nil }
    let start = slot * Self.roomPerFlow
    let firstLength = table[slot].length
    let length = firstLength + copy(packet, frame, to: start + firstLength, atMost: Self.roomPerFlow - firstLength)
    return bytes.withRawSpan { body($0.extracting(start..<start + length)) }
  }

  /// Copies captured payload into the store.
  ///
  /// - Returns: how many bytes, at most `room`.
  private mutating func copy(
    _ packet: borrowing PacketFields, _ frame: RawSpan, to position: Int, atMost room: Int
  ) -> Int {
    var length = 0
    while length < room, length < packet.payload.count, let byte = frame.wire8(at: Int(packet.payload.lowerBound) + length) {
      bytes[position + length] = byte
      length += 1
    }
    return length
  }

  /// Removes what has expired; what is left is not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Flows in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

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

/// A first segment as the table stores it, its payload apart.
struct HandshakeRecord: LinkedEntry {
  let key: HandshakeKey
  var expiryClass = ExpiryClass.free
  var links = Links()
  /// The sequence number of the byte behind the segment.
  var nextSequence: UInt32 = 0
  /// Bytes that are kept.
  var length = 0
  var lastNanoseconds: Int64 = 0

  init(key: HandshakeKey) { self.key = key }
}
