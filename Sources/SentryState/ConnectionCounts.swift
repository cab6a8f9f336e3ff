public import SentryPacket

/// How many flows the connection table holds, by how far they have come: what their lifetimes tell apart.
public struct ConnectionCounts: Sendable, Equatable {
  /// The words of metrics, in the order of `ConnectionLimit`.
  public static let states = [
    "tcp_closed", "tcp_opening_or_closing", "tcp_open", "key_exchange", "dns", "udp", "tunnel", "other",
  ]

  private var byLimit = InlineArray<8, Int>(repeating: 0)

  public init() {}

  /// Flows of a state, given by its position in `states`; 0 for one that is none.
  public subscript(state: Int) -> Int { byLimit.indices.contains(state) ? byLimit[state] : 0 }

  mutating func count(_ limit: UInt16) {
    let place = Int(limit)
    if byLimit.indices.contains(place) { byLimit[place] += 1 }
  }

  public static func == (a: ConnectionCounts, b: ConnectionCounts) -> Bool {
    a.byLimit.indices.allSatisfy { a[$0] == b[$0] }
  }
}

extension ConnectionTable {
  /// Counts the unexpired flows in some slots: whoever wants all of them asks slots by slots, up to `usedSlots`.
  public func count(in slots: Range<Int>, now: Timestamp, into counts: inout ConnectionCounts) {
    for slot in slots.clamped(to: 0..<table.usedSlots) where table.isOccupied(slot) && table.isAlive(slot, now: now) {
      counts.count(table[slot].expiryClass)
    }
  }

  /// Hands over the unexpired flows in some slots whose latest packet is not older than a moment.
  public func forEachFlow(
    in slots: Range<Int>, since time: Timestamp, now: Timestamp, _ body: (_ slot: Int, _ flow: ConnectionEntry) -> Void
  ) {
    for slot in slots.clamped(to: 0..<table.usedSlots)
    where table.isOccupied(slot) && table[slot].lastNanoseconds >= time.nanoseconds && table.isAlive(slot, now: now) {
      body(slot, table[slot].entry)
    }
  }
}
