/// The payload of a described packet, no larger than the line that describes it: zeros are counted, not kept, for
/// `zeros 60000` is a short line, and a document may hold many of them.
struct PayloadOutline: Sendable, Equatable {
  /// So many zeros before the byte at `offset` of `written`, or after the last one.
  private struct Gap: Sendable, Equatable {
    var offset: Int
    var zeros: Int
  }

  /// All but the zeros that are counted.
  private(set) var written: [UInt8] = []
  /// In the order of their offsets.
  private var gaps: [Gap] = []
  /// Bytes of all of it.
  private(set) var count = 0

  mutating func append(_ bytes: [UInt8]) {
    written += bytes
    count += bytes.count
  }

  mutating func append(zeros: Int) {
    gaps.append(Gap(offset: written.count, zeros: zeros))
    count += zeros
  }

  /// Built anew at each use.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var taken = 0
    for gap in gaps {
      bytes += written[taken..<gap.offset]
      bytes += repeatElement(0, count: gap.zeros)
      taken = gap.offset
    }
    return bytes + written[taken...]
  }
}
