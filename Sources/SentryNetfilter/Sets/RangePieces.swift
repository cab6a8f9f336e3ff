internal import SentryPacket

/// A part of a range that somebody has entered: all its addresses are answered by that range, and by no other.
struct RangePiece: Equatable {
  var range: AddressRange
  /// The place of the range it is a part of, in the list that was given.
  var owner: Int
}

/// Cuts ranges that may overlap into pieces that do not: an address belongs to the innermost range, the one that begins last,
/// of those the one that ends first.
struct RangePieces {
  /// In order.
  private(set) var pieces: [RangePiece] = []
  private let ranges: [AddressRange]
  /// Ranges that have begun, the one that begins last on top.
  private var open: [Int] = []
  /// The first address that has no piece yet; `nil` behind the last of all.
  private var position: IPAddress?

  /// - Parameters:
  ///   - ranges: of one family all.
  ///   - spared: addresses that belong to none of them.
  static func cut(_ ranges: [AddressRange], without spared: AddressSpans) -> [RangePiece] {
    var cutting = RangePieces(ranges: ranges)
    cutting.run()
    return cutting.pieces.flatMap { piece in
      spared.rest(of: piece.range).map { RangePiece(range: $0, owner: piece.owner) }
    }
  }

  private init(ranges: [AddressRange]) { self.ranges = ranges }

  private mutating func run() {
    let order = ranges.indices.sorted { a, b in
      ranges[a].first != ranges[b].first ? ranges[a].first < ranges[b].first : ranges[a].last > ranges[b].last
    }
    for index in order {
      if let before = ranges[index].first.previous { fill(upTo: before) }
      open.append(index)
      position = ranges[index].first
    }
    fill(upTo: IPAddress(high: .max, low: .max))
  }

  /// Gives the addresses from `position` to `last` to the ranges that are open.
  private mutating func fill(upTo last: IPAddress) {
    while let start = position, start <= last, let owner = open.last {
      guard start <= ranges[owner].last else {
        open.removeLast()
        continue
      }
      let end = min(last, ranges[owner].last)
      if let range = AddressRange(first: start, last: end) { pieces.append(RangePiece(range: range, owner: owner)) }
      position = end.next
    }
  }
}
