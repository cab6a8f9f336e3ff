internal import SentryPacket

/// The places of packets that wait for their rate: a row for each sender, in memory of a fixed size.
struct WaitingPackets {
  struct Packet {
    var byteCount: Int64 = 0
    var direction = Direction.inbound
    /// The bucket that counts it.
    var bucket: Int32 = -1
    /// The place of the next in its row; below 0 for none. Of a free place, the next free one.
    fileprivate var next: Int32 = -1
  }

  /// The packets of one sender, oldest first.
  struct Row: BitwiseCopyable {
    fileprivate var first: Int32 = -1
    fileprivate var last: Int32 = -1
    /// Of all of them.
    fileprivate(set) var byteCount: Int64 = 0

    var isEmpty: Bool { first < 0 }
  }

  private var packets: [Packet]
  private var firstFree: Int32

  init(capacity: Int) {
    packets = (0..<capacity).map { Packet(next: $0 + 1 < capacity ? Int32($0) + 1 : -1) }
    firstFree = capacity > 0 ? 0 : -1
  }

  /// Puts a packet at the end of a row.
  ///
  /// - Returns: its place; `nil` if all are taken.
  mutating func append(_ byteCount: Int64, _ direction: Direction, bucket: Int32 = -1, to row: inout Row) -> Int? {
    guard firstFree >= 0 else { return nil }
    let place = firstFree
    firstFree = packets[Int(place)].next
    packets[Int(place)] = Packet(byteCount: byteCount, direction: direction, bucket: bucket)
    if row.isEmpty { row.first = place } else { packets[Int(row.last)].next = place }
    row.last = place
    row.byteCount += byteCount
    return Int(place)
  }

  /// The oldest of a row.
  func first(of row: Row) -> Packet? { row.isEmpty ? nil : packets[Int(row.first)] }

  /// Takes the oldest out of a row.
  ///
  /// - Returns: its place, which is free now.
  mutating func removeFirst(of row: inout Row) -> Int? {
    guard !row.isEmpty else { return nil }
    let place = row.first
    row.byteCount -= packets[Int(place)].byteCount
    row.first = packets[Int(place)].next
    if row.isEmpty { row.last = -1 }
    packets[Int(place)].next = firstFree
    firstFree = place
    return Int(place)
  }
}
