internal import SentryPacket
internal import SentryState

/// What connections had counted when they were looked at, so that the next look can tell how fast they are.
///
/// Looks may come at any distance: rates are of at least nine tenths of a second, or there are none.
struct ConnectionRates: Sendable {
  /// What a slot held.
  private struct Page {
    var firstTime = Timestamp(nanoseconds: .min)
    var bytes: UInt64 = 0
  }

  private struct Look {
    var time: Timestamp
    var pages: [Page] = []
  }

  private static let leastSpan: Int64 = 900_000_000
  /// Longer ago is not lately.
  private static let longestSpan: Int64 = 10 * Timestamp.nanosecondsPerSecond

  private var older: Look?
  private var newer: Look?
  private var current: Look?
  /// What rates are counted from.
  private var base: Look?

  /// A look begins.
  ///
  /// - Returns: the seconds that its rates are of; 0 where there are none.
  mutating func begin(now: Timestamp) -> Double {
    base = [newer, older].compactMap(\.self).first { look in
      let distance = now.nanoseconds - look.time.nanoseconds
      return distance >= Self.leastSpan && distance <= Self.longestSpan
    }
    current = Look(time: now)
    return base.map { Double(now.nanoseconds - $0.time.nanoseconds) / 1e9 } ?? 0
  }

  /// - Returns: bytes since the look that rates are counted from.
  mutating func see(_ flow: ConnectionEntry, at slot: Int) -> UInt64 {
    let bytes = flow.forward.bytes &+ flow.reverse.bytes
    let missing = slot + 1 - (current?.pages.count ?? 0)
    if missing > 0 { current?.pages += Array(repeating: Page(), count: missing) }
    current?.pages[slot] = Page(firstTime: flow.firstTime, bytes: bytes)
    guard let base else { return 0 }
    // Another connection in the same slot counts from its beginning.
    guard base.pages.indices.contains(slot), base.pages[slot].firstTime == flow.firstTime,
      base.pages[slot].bytes <= bytes
    else { return bytes }
    return bytes - base.pages[slot].bytes
  }

  /// The look is over.
  mutating func end() {
    defer { (current, base) = (nil, nil) }
    guard let look = current else { return }
    if let newer, look.time.nanoseconds - newer.time.nanoseconds < Self.leastSpan { return }
    (older, newer) = (newer, look)
  }
}
