internal import SentryCapture
internal import SentryPacket

/// Writes what limits of rates want the receivers of TCP streams to say: into their own segments as they pass, and into
/// acknowledgements of ours, made like the last one of theirs.
struct WindowWriter: ~Copyable {
  /// Ethernet with tags, an IP header, and a TCP header with all the options there can be; with many extension headers of IPv6 a
  /// segment has no room, and no acknowledgement of ours is made like it.
  private static let room = 192

  private struct Kept {
    var segment: SegmentHead
    /// The side of a bridge that it came from.
    var port: Int
  }

  /// `room` bytes for each sender, by its number.
  private var heads: [UInt8] = []
  private var kept: [Kept?] = []
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1 << 16) }

  /// Keeps the headers of a segment that tells a sender how far it may go.
  mutating func keep(_ packet: borrowing PacketFields, in frame: RawSpan, from port: Int, for sender: Int) {
    guard let numbers = TCPNumbers(of: packet, in: frame), sender >= 0 else { return }
    makeRoom(for: sender)
    let segment = SegmentHead(numbers, of: packet)
    guard segment.end <= Self.room, !packet.isFragment else { return kept[sender] = nil }
    for offset in 0..<segment.end { heads[sender * Self.room + offset] = frame.wire8(at: offset) ?? 0 }
    kept[sender] = Kept(segment: segment, port: port)
  }

  /// Grows with the flows that are limited at once, and never again.
  private mutating func makeRoom(for sender: Int) {
    while kept.count <= sender {
      kept.append(nil)
      heads += repeatElement(0, count: Self.room)
    }
  }

  /// Hands out an acknowledgement for a sender, and the side of a bridge that it would have come from.
  mutating func withUpdate(_ window: UInt16, for sender: Int, _ body: (RawSpan, _ port: Int) -> Void) {
    guard kept.indices.contains(sender), let head = kept[sender] else { return }
    let start = sender * Self.room
    bytes.removeAll(keepingCapacity: true)
    bytes += heads[start..<start + head.segment.end]
    bytes.becomeWindowUpdate(window, of: head.segment)
    bytes.setLinkLength(before: head.segment.networkOffset, carrying: head.segment.end - head.segment.networkOffset)
    bytes.withRawSpan { body($0, head.port) }
  }

  /// Hands out a frame that was captured whole as it is when it tells another window.
  mutating func withWindow(
    _ window: UInt16, _ packet: borrowing PacketFields, in frame: RawSpan, _ body: (RawSpan) -> Void
  ) {
    write(window, packet, in: frame)
    bytes.withRawSpan(body)
  }

  private mutating func write(_ window: UInt16, _ packet: borrowing PacketFields, in frame: RawSpan) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(captured: frame, 0..<frame.byteCount)
    if let numbers = TCPNumbers(of: packet, in: frame) { bytes.setTCPWindow(window, numbers, of: packet) }
  }
}
