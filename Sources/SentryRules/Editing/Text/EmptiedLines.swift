extension TextLine {
  /// `removal` with the rest of its lines where that is nothing but blanks, and then with the empty lines that parted it
  /// from one neighbour where others part it from the other: whatever stood there, what is left looks like one list.
  static func withEmptiedLines(_ removal: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
    guard !removal.isEmpty, let start = start(before: removal.lowerBound, of: bytes),
      let end = isEnd(bytes[removal.upperBound - 1]) ? removal.upperBound : next(after: removal.upperBound, of: bytes)
    else { return removal }
    let before = emptyLines(before: start, of: bytes)
    let after = emptyLines(after: end, of: bytes)
    let opensList = bytes[..<before.start].last { !isBlank($0) && !isEnd($0) } == UInt8(ascii: "(")
    let closesList = bytes[after.end...].first { !isBlank($0) } == UInt8(ascii: ")")
    let parts = before.count > 0 && after.count > 0
    if opensList || parts && after.count <= before.count { return start..<after.end }
    return closesList || parts ? before.start..<end : start..<end
  }

  private static func emptyLines(before start: Int, of bytes: [UInt8]) -> (start: Int, count: Int) {
    var (start, count) = (start, 0)
    while start > 0, let line = self.start(before: previousEnd(start, of: bytes), of: bytes) {
      start = line
      count += 1
    }
    return (start, count)
  }

  private static func emptyLines(after end: Int, of bytes: [UInt8]) -> (end: Int, count: Int) {
    var (end, count) = (end, 0)
    while end < bytes.count, let line = next(after: end, of: bytes) {
      end = line
      count += 1
    }
    return (end, count)
  }

  /// Where the line before the one that begins at `start` ends, its line end left out; CR LF is one.
  private static func previousEnd(_ start: Int, of bytes: [UInt8]) -> Int {
    start > 1 && bytes[start - 1] == 0x0A && bytes[start - 2] == 0x0D ? start - 2 : start - 1
  }
}
