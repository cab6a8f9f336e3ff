internal import SentryPacket

/// The first and the last address of a range.
struct RangeKey: TableKey {
  let firstHigh: UInt64
  let firstLow: UInt64
  let lastHigh: UInt64
  let lastLow: UInt64

  init(_ range: AddressRange) {
    (firstHigh, firstLow) = (range.first.high, range.first.low)
    (lastHigh, lastLow) = (range.last.high, range.last.low)
  }

  var first: IPAddress { IPAddress(high: firstHigh, low: firstLow) }
  var last: IPAddress { IPAddress(high: lastHigh, low: lastLow) }

  @inline(__always)
  func hash(_ seed: HashSeed) -> UInt64 {
    fold(fold(firstHigh ^ seed.first, firstLow ^ seed.second) ^ lastHigh, lastLow ^ seed.third)
  }
}

/// A range as its table stores it: 56 bytes.
struct RangeRecord: LinkedEntry {
  let key: RangeKey
  /// Since it was last copied for somebody who saves the table; so is a slot that is free since then.
  var isChanged = true
  var expiryClass = ExpiryClass.free
  var triggeredBy: UInt32
  var matchCount: UInt64 = 0
  var lastNanoseconds: Int64 = 0

  init(key: RangeKey, triggeredBy: UInt32) {
    self.key = key
    self.triggeredBy = triggeredBy
  }

  @inline(__always)
  mutating func noteRemoval() { isChanged = true }

  /// A copy for others, with the lifetime of its class in nanoseconds; `nil` never occurs, for a key comes from a range.
  func entry(lifetime: Int64) -> AddressEntry? {
    AddressRange(first: key.first, last: key.last).map { range in
      AddressEntry(
        range: range, matchCount: matchCount, lastTime: Timestamp(nanoseconds: lastNanoseconds),
        duration: AddressDuration(nanoseconds: lifetime), triggeredBy: triggeredBy)
    }
  }
}
