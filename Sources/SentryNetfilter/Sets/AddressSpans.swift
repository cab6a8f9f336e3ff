internal import Algorithms
internal import SentryPacket

/// Some addresses, as ranges apart from each other.
struct AddressSpans: Equatable {
  /// In order.
  private(set) var ranges: [AddressRange] = []

  /// They may overlap and stand in any order.
  init(_ ranges: [AddressRange] = []) {
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      if let last = self.ranges.last, range.first <= last.last,
        let joined = AddressRange(first: last.first, last: max(last.last, range.last))
      {
        self.ranges[self.ranges.count - 1] = joined
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// Adds an address or a net.
  mutating func insert(_ range: AddressRange) {
    guard !overlaps(range) else {
      self = AddressSpans(ranges + [range])
      return
    }
    ranges.insert(range, at: firstIndex(endingAtOrAfter: range.first))
  }

  /// One of them lies in `range`.
  func overlaps(_ range: AddressRange) -> Bool {
    let index = firstIndex(endingAtOrAfter: range.first)
    return index < ranges.count && ranges[index].first <= range.last
  }

  /// What of a range is none of them, in order.
  func rest(of range: AddressRange) -> [AddressRange] {
    var parts: [AddressRange] = []
    var start = range.first
    for hole in ranges[firstIndex(endingAtOrAfter: range.first)...] {
      guard hole.first <= range.last else { break }
      if let before = hole.first.previous, let part = AddressRange(first: start, last: before) { parts.append(part) }
      guard let next = hole.last.next else { return parts }
      start = next
    }
    if let part = AddressRange(first: start, last: range.last) { parts.append(part) }
    return parts
  }

  private func firstIndex(endingAtOrAfter address: IPAddress) -> Int {
    ranges.partitioningIndex { $0.last >= address }
  }
}

extension IPAddress {
  /// The address after it; `nil` after the last.
  var next: IPAddress? {
    if low < .max { return IPAddress(high: high, low: low + 1) }
    return high < .max ? IPAddress(high: high + 1, low: 0) : nil
  }

  /// The address before it; `nil` before the first.
  var previous: IPAddress? {
    if low > 0 { return IPAddress(high: high, low: low - 1) }
    return high > 0 ? IPAddress(high: high - 1, low: .max) : nil
  }
}

extension AddressRange {
  /// The IPv4 addresses as IPv6 packets may carry them (RFC 4291 §2.5.5.2). They count as IPv4, so no IPv6 net means them.
  static let mappedBlock = AddressRange(prefix: IPAddress(v4: 0), length: 96)
}
