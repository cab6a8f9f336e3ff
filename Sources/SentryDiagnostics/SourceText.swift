/// The text of a document with its name: turns byte offsets into lines and columns.
public struct SourceText: Sendable {
  /// A place a person can find: both numbers count from 1.
  public struct Location: Equatable, Sendable {
    public var line: Int
    /// Counted in Unicode scalars; a tab is one, a byte order mark at the start of the text is none.
    public var column: Int

    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// As the user gave it; shown in front of every finding.
  public let fileName: String
  /// UTF-8, as far as it is valid.
  public let bytes: [UInt8]
  /// Offset of each line's first byte, ascending; never empty.
  private let lineStarts: [Int]

  public init(fileName: String, bytes: [UInt8]) {
    self.fileName = fileName
    self.bytes = bytes
    lineStarts = Self.lineStarts(of: bytes)
  }

  /// At least 1; text after the last line end counts as a line even when it is empty.
  public var lineCount: Int { lineStarts.count }

  /// Line and column of the byte at `offset`. An offset outside the text counts as the nearest end of it.
  public func location(of offset: Int) -> Location {
    let offset = min(max(offset, 0), bytes.count)
    let index = lineIndex(of: offset)
    let start = contentStart(ofLine: index)
    let scalars = start < offset ? bytes[start..<offset].count { !$0.isContinuationByte } : 0
    return Location(line: index + 1, column: scalars + 1)
  }

  /// The bytes of a line, counted from 1, without its line end and without a byte order mark. A number outside the
  /// text counts as the nearest line.
  public func range(ofLine line: Int) -> Range<Int> {
    let index = min(max(line, 1), lineCount) - 1
    let start = contentStart(ofLine: index)
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] : bytes.count
    while end > start, bytes[end - 1] == .lineFeed || bytes[end - 1] == .carriageReturn { end -= 1 }
    return start..<max(start, end)
  }

  private func contentStart(ofLine index: Int) -> Int {
    index == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : lineStarts[index]
  }

  /// Index of the last line that starts at or before `offset`, by binary search.
  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// A line ends with LF, CR LF or CR alone.
  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let isLineEnd =
        byte == .lineFeed
        || byte == .carriageReturn && (index + 1 == bytes.count || bytes[index + 1] != .lineFeed)
      if isLineEnd { starts.append(index + 1) }
    }
    return starts
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// Second or later byte of a UTF-8 sequence.
  var isContinuationByte: Bool { self & 0xC0 == 0x80 }
}
