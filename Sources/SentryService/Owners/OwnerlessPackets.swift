internal import DequeModule
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// A packet whose process is being looked up: what is known of it besides its bytes.
struct OwnerlessPacket {
  enum Way {
    /// It stays in the kernel's queue meanwhile.
    case queued(QueuedPacket)
    /// A copy of one that has passed.
    case captured(LinkType, FrameHeader)
  }

  var way: Way
  var origin: PacketOrigin
  var flow: LocalFlow
  /// The question it waits for.
  var question: UInt32
}

/// Copies of the packets whose process is being looked up, in the order they came, in memory of a fixed size.
struct OwnerlessPackets: ~Copyable {
  private struct Entry {
    var start: Int
    var count: Int
    var packet: OwnerlessPacket
    /// It has been handed out; its bytes become free with those before it.
    var isTaken = false
  }

  /// Room for a thousand first packets, or for two dozen of the longest.
  private static let size = 2 << 20
  private static let limit = 1_024
  /// Of what comes in: strangers leave room for what is sent from here.
  private static let inboundLimit = 768

  /// A ring; each packet stands in one piece.
  private var bytes: [UInt8]
  private var entries: Deque<Entry> = []

  init() {
    bytes = Array(repeating: 0, count: Self.size)
    entries.reserveCapacity(Self.limit)
  }

  var count: Int { entries.count { !$0.isTaken } }

  /// Copies a packet; false if there is no room.
  mutating func hold(_ packetBytes: RawSpan, _ packet: OwnerlessPacket, _ direction: Direction) -> Bool {
    let count = packetBytes.byteCount
    let limit = direction == .inbound ? Self.inboundLimit : Self.limit
    guard entries.count < limit, let start = room(for: count) else { return false }
    for offset in 0..<count { bytes[start + offset] = packetBytes.wire8(at: offset) ?? 0 }
    entries.append(Entry(start: start, count: count, packet: packet))
    return true
  }

  /// Where a packet fits in behind the newest, or, where the ring ends too soon, at its start.
  private func room(for count: Int) -> Int? {
    guard let oldest = entries.first, let newest = entries.last else { return count <= bytes.count ? 0 : nil }
    let next = newest.start + newest.count
    guard newest.start >= oldest.start else { return next + count < oldest.start ? next : nil }
    if next + count <= bytes.count { return next }
    return count < oldest.start ? 0 : nil
  }

  /// Hands out the packets whose question is settled, in the order they came, and forgets them.
  mutating func release(where isSettled: (UInt32) -> Bool, _ body: (RawSpan, OwnerlessPacket) -> Void) {
    for index in entries.indices where !entries[index].isTaken && isSettled(entries[index].packet.question) {
      entries[index].isTaken = true
      let entry = entries[index]
      bytes.withRawSpan { body($0.extracting(entry.start..<entry.start + entry.count), entry.packet) }
    }
    while let first = entries.first, first.isTaken { entries.removeFirst() }
  }
}
