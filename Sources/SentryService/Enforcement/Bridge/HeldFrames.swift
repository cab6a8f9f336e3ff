internal import DequeModule
internal import SentryPacket

/// Copies of the frames that `Delay` holds, oldest first, in memory of a fixed size.
struct HeldFrames: ~Copyable {
  private struct Entry {
    var start: Int
    var count: Int
    var arrivedAt: Int
    var arrival: Timestamp
  }

  /// What each frame is reckoned with, in bytes: longer ones leave room for fewer.
  private static let usualFrame = 1_600
  private static let longestFrame = 1 << 16

  /// A ring; each frame stands in one piece.
  private var bytes: [UInt8]
  private var entries: Deque<Entry> = []

  /// - Parameter capacity: frames of usual length that fit in, 0...65 536.
  init(capacity: Int) {
    bytes = Array(repeating: 0, count: Self.size(capacity))
    entries.reserveCapacity(1_024)
  }

  private static func size(_ capacity: Int) -> Int { max(0, min(65_536, capacity)) * usualFrame + longestFrame }

  var count: Int { entries.count }

  /// When the oldest arrived.
  var oldest: Timestamp? { entries.first?.arrival }

  /// Makes room for more; never less, while frames are held.
  mutating func setCapacity(_ capacity: Int) {
    guard Self.size(capacity) > bytes.count else { return }
    var larger = HeldFrames(capacity: capacity)
    releaseFirst(entries.count) { frame, port, arrival in _ = larger.hold(frame, from: port, at: arrival) }
    self = larger
  }

  /// Copies a frame; false if there is no room.
  mutating func hold(_ frame: RawSpan, from port: Int, at arrival: Timestamp) -> Bool {
    guard frame.byteCount > 0, let start = room(for: frame.byteCount) else { return false }
    for offset in 0..<frame.byteCount { bytes[start + offset] = frame.wire8(at: offset) ?? 0 }
    entries.append(Entry(start: start, count: frame.byteCount, arrivedAt: port, arrival: arrival))
    return true
  }

  /// Where a frame fits in behind the newest, or, where the ring ends too soon, at its start.
  private func room(for count: Int) -> Int? {
    guard let oldest = entries.first, let newest = entries.last else { return count <= bytes.count ? 0 : nil }
    let next = newest.start + newest.count
    guard newest.start >= oldest.start else { return next + count <= oldest.start ? next : nil }
    if next + count <= bytes.count { return next }
    return count <= oldest.start ? 0 : nil
  }

  /// Hands out frames in the order they came, those that have been held for `delay` nanoseconds, and forgets them.
  mutating func release(now: Timestamp, delay: Int64, _ body: (RawSpan, _ port: Int, Timestamp) -> Void) {
    releaseFirst(entries.prefix { now.nanoseconds - $0.arrival.nanoseconds >= delay }.count, body)
  }

  mutating func releaseAll(_ body: (RawSpan, _ port: Int, Timestamp) -> Void) { releaseFirst(entries.count, body) }

  private mutating func releaseFirst(_ count: Int, _ body: (RawSpan, _ port: Int, Timestamp) -> Void) {
    for _ in 0..<count {
      guard let entry = entries.popFirst() else { return }
      bytes.withRawSpan { body($0.extracting(entry.start..<entry.start + entry.count), entry.arrivedAt, entry.arrival) }
    }
  }
}
