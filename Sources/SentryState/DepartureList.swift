/// An entry that has left its table.
struct Departure<Entry: LinkedEntry>: BitwiseCopyable {
  var entry: Entry
  var slot: UInt32
  /// Others needed the room.
  var isEviction: Bool
}

/// Entries that have left a table, until somebody takes them.
///
/// A ring with room for so many: its memory is touched as it fills, from the beginning whenever all were taken, and neither
/// made nor given back while packets wait.
final class DepartureList<Entry: LinkedEntry> {
  private let ring: ZeroedBuffer<Departure<Entry>>
  private var first = 0
  private(set) var count = 0
  /// Those there was no room for since the start.
  private(set) var missed: UInt64 = 0

  /// - Parameter limit: room for so many, at least one.
  init(limit: Int) { ring = ZeroedBuffer(atMost: limit) }

  var limit: Int { ring.count }

  func append(_ departure: Departure<Entry>) {
    guard count < ring.count else { return missed &+= 1 }
    ring[place(first + count)] = departure
    count += 1
  }

  /// Hands over the oldest, `limit` at most.
  func take(_ limit: Int, _ body: (Departure<Entry>) -> Void) {
    for _ in 0..<min(limit, count) {
      body(ring[first])
      first = place(first + 1)
      count -= 1
    }
    if count == 0 { first = 0 }
  }

  private func place(_ number: Int) -> Int { number < ring.count ? number : number - ring.count }
}
