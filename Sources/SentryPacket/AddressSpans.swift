internal import Algorithms

/// Some addresses, as ranges apart from each other: this host's own, or those that are protected.
public struct AddressSpans: Sendable, Equatable {
  /// In order.
  public private(set) var ranges: [AddressRange] = []

  /// They may overlap and stand in any order.
  public init(_ ranges: [AddressRange] = []) {
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

  /// The same, but an IPv6 range around the block of mapped IPv4 addresses does not mean those.
  public init(byFamily ranges: [AddressRange]) {
    let ipv4 = AddressSpans([.mappedBlock])
    self.init(ranges.flatMap { $0.first.isIPv4 ? [$0] : ipv4.rest(of: $0) })
  }

  @inlinable
  public var isEmpty: Bool { ranges.isEmpty }

  /// Hosts have few addresses: the short loop is the common case; a long list is searched by halving.
  @inlinable @inline(__always)
  public func contains(_ address: IPAddress) -> Bool {
    guard ranges.count > 8 else {
      for range in ranges where range.contains(address) { return true }
      return false
    }
    return manyContain(address)
  }

  @usableFromInline
  func manyContain(_ address: IPAddress) -> Bool {
    let index = firstIndex(endingAtOrAfter: address)
    return index < ranges.count && ranges[index].contains(address)
  }

  /// One of them lies in `range`.
  @inlinable
  public func overlaps(_ range: AddressRange) -> Bool {
    let index = firstIndex(endingAtOrAfter: range.first)
    return index < ranges.count && ranges[index].first <= range.last
  }

  /// The same, but an IPv6 net around the block of mapped IPv4 addresses does not mean those.
  @inlinable
  public func overlapsByFamily(_ range: AddressRange) -> Bool {
    let mapped = AddressRange.mappedBlock
    guard !range.first.isIPv4, range.first <= mapped.last, mapped.first <= range.last else { return overlaps(range) }
    let before = mapped.first.previous.flatMap { AddressRange(first: range.first, last: $0) }
    let after = mapped.last.next.flatMap { AddressRange(first: $0, last: range.last) }
    return before.map(overlaps) ?? false || after.map(overlaps) ?? false
  }

  /// All that lie in `range` are among them.
  public func covers(_ range: AddressRange) -> Bool {
    var start = range.first
    for span in ranges[firstIndex(endingAtOrAfter: start)...] {
      guard span.first <= start else { return false }
      guard span.last < range.last, let next = span.last.next else { return true }
      start = next
    }
    return false
  }

  /// Adds an address or a net.
  public mutating func insert(_ range: AddressRange) {
    guard !overlaps(range) else {
      self = AddressSpans(ranges + [range])
      return
    }
    ranges.insert(range, at: firstIndex(endingAtOrAfter: range.first))
  }

  /// What of a range is none of them, in order.
  public func rest(of range: AddressRange) -> [AddressRange] {
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

  @usableFromInline
  func firstIndex(endingAtOrAfter address: IPAddress) -> Int { ranges.partitioningIndex { $0.last >= address } }
}

extension IPAddress {
  /// The address after it; `nil` after the last.
  public var next: IPAddress? {
    if low < .max { return IPAddress(high: high, low: low + 1) }
    return high < .max ? IPAddress(high: high + 1, low: 0) : nil
  }

  /// The address before it; `nil` before the first.
  public var previous: IPAddress? {
    if low > 0 { return IPAddress(high: high, low: low - 1) }
    return high > 0 ? IPAddress(high: high - 1, low: .max) : nil
  }
}

extension AddressRange {
  /// The IPv4 addresses as IPv6 packets may carry them (RFC 4291 §2.5.5.2). They count as IPv4, so no IPv6 net means them.
  public static var mappedBlock: AddressRange { AddressRange(prefix: IPAddress(v4: 0), length: 96) }
}
