/// The comments in a stretch of text that holds nothing but blanks, line ends and comments.
public struct TriviaComments: Sequence, IteratorProtocol, Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  public init(in range: Range<Int>, of bytes: [UInt8]) {
    self.bytes = bytes
    let range = range.clamped(to: bytes.indices)
    position = range.lowerBound
    end = range.upperBound
  }

  /// From the mark that begins it to the one that ends it; one that begins with `//`, to the end of its line.
  public mutating func next() -> Range<Int>? {
    while position + 1 < end {
      let start = position
      guard bytes[start] == .slash, bytes[start + 1] == .slash || bytes[start + 1] == .asterisk else {
        position += 1
        continue
      }
      position = bytes[start + 1] == .slash ? endOfLine(from: start) : endOfBlock(from: start + 2)
      return start..<position
    }
    return nil
  }

  private func endOfLine(from start: Int) -> Int {
    bytes[start..<end].firstIndex(where: \.isLineEnd) ?? end
  }

  private func endOfBlock(from start: Int) -> Int {
    var offset = start
    while offset + 1 < end {
      if bytes[offset] == .asterisk, bytes[offset + 1] == .slash { return offset + 2 }
      offset += 1
    }
    return end
  }
}
