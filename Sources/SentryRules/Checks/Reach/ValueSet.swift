internal import Algorithms

/// Values that one aspect of a packet may have: disjoint ranges in ascending order, and perhaps "it has none".
struct ValueSet: Equatable, Sendable {
  private(set) var ranges: [ClosedRange<UInt128>]
  /// Packets without the aspect belong here, too: a port of an ICMP packet.
  private(set) var includesAbsent: Bool

  /// - Parameter ranges: disjoint and ascending.
  init(_ ranges: [ClosedRange<UInt128>], includesAbsent: Bool = false) {
    self.ranges = ranges
    self.includesAbsent = includesAbsent
  }

  init(_ range: ClosedRange<UInt128>) {
    self.init([range])
  }

  init(_ value: UInt128) {
    self.init([value...value])
  }

  var isEmpty: Bool { ranges.isEmpty && !includesAbsent }

  func contains(_ value: UInt128) -> Bool { intersects(value...value) }

  /// Has a value in common with `other`. Looks each range of `other` up, so that one should be the shorter.
  func intersects(_ other: ValueSet) -> Bool {
    (includesAbsent && other.includesAbsent) || other.ranges.contains { intersects($0) }
  }

  /// All its values are in `other`, too.
  func isSubset(of other: ValueSet) -> Bool {
    guard other.includesAbsent || !includesAbsent else { return false }
    return ranges.allSatisfy { range in
      let index = other.firstIndex(endingAtOrAfter: range.lowerBound)
      return index < other.ranges.count && other.ranges[index].lowerBound <= range.lowerBound
        && other.ranges[index].upperBound >= range.upperBound
    }
  }

  /// What both have, in no more than `limit` ranges for each of `other`: where it takes more, gaps are closed, so that
  /// the result has too many values rather than too few.
  func intersection(_ other: ValueSet, atMost limit: Int) -> ValueSet {
    var common: [ClosedRange<UInt128>] = []
    for range in other.ranges {
      let indexes = indexes(touching: range)
      guard let first = indexes.first, let last = indexes.last else { continue }
      if indexes.count <= limit {
        common += ranges[indexes].map { $0.clamped(to: range) }
      } else {
        common.append((ranges[first].lowerBound...ranges[last].upperBound).clamped(to: range))
      }
    }
    return ValueSet(common, includesAbsent: includesAbsent && other.includesAbsent)
  }

  /// Takes the values of `other` out. Where that would leave more than `limit` ranges, nothing is taken out.
  mutating func subtract(_ other: ValueSet, limit: Int) {
    guard ranges.count + other.ranges.count <= limit else { return }
    if other.includesAbsent { includesAbsent = false }
    for range in other.ranges { subtract(range) }
  }

  private mutating func subtract(_ range: ClosedRange<UInt128>) {
    let indexes = indexes(touching: range)
    guard let first = indexes.first, let last = indexes.last else { return }
    var rest: [ClosedRange<UInt128>] = []
    if ranges[first].lowerBound < range.lowerBound { rest.append(ranges[first].lowerBound...(range.lowerBound - 1)) }
    if ranges[last].upperBound > range.upperBound { rest.append((range.upperBound + 1)...ranges[last].upperBound) }
    ranges.replaceSubrange(indexes, with: rest)
  }

  private func intersects(_ range: ClosedRange<UInt128>) -> Bool { !indexes(touching: range).isEmpty }

  /// The ranges that have a value in common with `range`.
  private func indexes(touching range: ClosedRange<UInt128>) -> Range<Int> {
    let first = firstIndex(endingAtOrAfter: range.lowerBound)
    var last = firstIndex(endingAtOrAfter: range.upperBound)
    if last < ranges.count, ranges[last].lowerBound <= range.upperBound { last += 1 }
    return first..<max(first, last)
  }

  /// The count of ranges if there is none.
  private func firstIndex(endingAtOrAfter value: UInt128) -> Int {
    ranges.partitioningIndex { $0.upperBound >= value }
  }
}
