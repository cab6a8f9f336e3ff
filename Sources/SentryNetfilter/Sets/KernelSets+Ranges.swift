internal import CNftables
public import SentryPacket
public import SentryState

// Nets and ranges that somebody has entered.

extension KernelSets {
  /// Takes over the ranges that the table holds now.
  public mutating func replaceRanges(_ entries: [AddressEntry], now: Timestamp) throws(NetfilterError) {
    guard plan != nil else { return }
    ranges = entries
    _ = try putRanges(now: now)
  }

  /// Ranges have no time of their own in the kernel: they go when the table's entries do. Whoever knows of them asks the
  /// table again after a while.
  public var hasRanges: Bool { !ranges.isEmpty || !pieces.isEmpty }

  /// - Returns: how many pieces were not as they should be.
  mutating func putRanges(now: Timestamp) throws(NetfilterError) -> Int {
    let wanted = wantedPieces()
    let wrong = wanted.count { pieces[$0]?.range != $1.range } + pieces.count { wanted[$0.key] == nil }
    guard wrong > 0 else {
      for (first, piece) in wanted { pieces[first]?.owner = piece.owner }
      return 0
    }
    try kernel.transact(to: "change the blocked ranges") { writer in
      for set in RangeSet.allCases {
        let elements = wanted.values.filter { $0.range.first.isIPv4 == (set == .ipv4) }.flatMap(\.elements)
        writer.flush(set.rawValue)
        writer.elements(NFT_MSG_NEWSETELEM, of: set.rawValue, elements)
      }
    }
    pieces = wanted
    piecesSince = ContinuousClock().now
    counts.transactions &+= 1
    countEntries()
    return wrong
  }

  private func wantedPieces() -> [IPAddress: HeldPiece] {
    var wanted: [IPAddress: HeldPiece] = [:]
    for isIPv4 in plan?.ipv6PrefixLength == nil ? [true] : [true, false] {
      let entries = ranges.filter { $0.range.first.isIPv4 == isIPv4 }
      let without = isIPv4 ? spared : AddressSpans(spared.ranges + [.mappedBlock])
      for piece in RangePieces.cut(entries.map(\.range), without: without) {
        wanted[piece.range.first] = HeldPiece(range: piece.range, owner: entries[piece.owner].range)
      }
    }
    return wanted
  }
}

extension KernelSets.HeldPiece {
  /// As the kernel wants an interval: its first address, and the first behind it.
  fileprivate var elements: [SetElement] {
    let end = range.last.next.flatMap { $0.isIPv4 == range.first.isIPv4 ? SetElement($0, isEnd: true) : nil }
    return [SetElement(range.first)] + (end.map { [$0] } ?? [])
  }
}
