internal import Algorithms
public import SentryPacket

/// The addresses and networks that are this host: a packet from one of them is outbound.
public struct LocalNetworks: Sendable, Equatable {
  /// Sorted, apart from each other.
  public let ranges: [AddressRange]

  /// Ranges may overlap and stand in any order.
  public init(_ ranges: [AddressRange] = []) {
    var merged: [AddressRange] = []
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      if let previous = merged.last, range.first <= previous.last,
        let joined = AddressRange(first: previous.first, last: max(previous.last, range.last))
      {
        merged[merged.count - 1] = joined
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  /// Hosts have few addresses: the short loop is the common case; a long list is searched by halving.
  public func contains(_ address: IPAddress) -> Bool {
    guard ranges.count > 8 else {
      for range in ranges where range.contains(address) { return true }
      return false
    }
    let index = ranges.partitioningIndex { $0.last >= address }
    return index < ranges.count && ranges[index].contains(address)
  }
}
