internal import SentryEngine
internal import SentryPacket

/// What the engine had counted when each of the latest seconds began: for the packet thread, which takes one sample a second and
/// makes nothing for it.
struct Pulse: Sendable {
  /// Counts since the start.
  struct Sample: Sendable {
    /// Since 1970.
    var second: Int64
    var packets: InlineArray<6, UInt64>
    var bytesIn: UInt64
    var bytesOut: UInt64
  }

  /// An hour, and what lies between its first second and its last.
  static let capacity = 3_601

  private var ring: [Sample] = []
  private var next = 0

  init() { ring.reserveCapacity(Self.capacity) }

  mutating func note(_ totals: EngineTotals, second: Int64) {
    var sample = Sample(second: second, packets: .init(repeating: 0), bytesIn: 0, bytesOut: 0)
    for verdict in Verdict.allCases {
      sample.packets[Int(verdict.rawValue)] = totals[verdict]
      sample.bytesIn &+= totals.bytes(of: verdict, .inbound)
      sample.bytesOut &+= totals.bytes(of: verdict, .outbound)
    }
    if ring.count < Self.capacity { ring.append(sample) } else { ring[next] = sample }
    next = (next + 1) % Self.capacity
  }

  /// Oldest first.
  ///
  /// - Parameter count: the latest so many.
  func samples(_ count: Int) -> [Sample] {
    let ordered = ring.count < Self.capacity ? ring : Array(ring[next...] + ring[..<next])
    return Array(ordered.suffix(count))
  }
}
