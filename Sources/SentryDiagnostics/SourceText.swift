internal import Algorithms

/// The text of a document with its name: turns byte offsets into lines and columns.
///
/// An index of the text, an entry for each kibibyte, keeps this fast for a document of one endless line, and small for
/// one of empty lines.
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
  private let index: TextIndex

  public init(fileName: String, bytes: [UInt8]) {
    self.fileName = fileName
    self.bytes = bytes
    index = TextIndex(bytes)
  }

  /// At least 1; text after the last line end counts as a line even when it is empty.
  public var lineCount: Int { index.mark(at: bytes.count, of: bytes).line }

  /// Line and column of the byte at `offset`. An offset outside the text counts as the nearest end of it.
  public func location(of offset: Int) -> Location {
    let offset = min(max(offset, 0), bytes.count)
    let mark = index.mark(at: offset, of: bytes)
    let start = contentStart(of: mark)
    guard start < offset else { return Location(line: mark.line, column: 1) }
    return Location(line: mark.line, column: mark.scalars - index.mark(at: start, of: bytes).scalars + 1)
  }

  /// The bytes of a line, counted from 1, without its line end and without a byte order mark. A number outside the
  /// text counts as the nearest line.
  public func range(ofLine line: Int) -> Range<Int> {
    let mark = index.lastMark(inLine: max(line, 1), of: bytes)
    var end = mark.offset
    while end < bytes.count, bytes[end] != .lineFeed, bytes[end] != .carriageReturn { end += 1 }
    let start = contentStart(of: mark)
    return start..<max(start, end)
  }

  private func contentStart(of mark: TextIndex.Mark) -> Int {
    mark.line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : mark.lineStart
  }
}

/// What lies before certain bytes of a text: so many lines and characters.
private struct TextIndex: Sendable {
  /// A spot in the text.
  struct Mark {
    var offset = 0
    /// Counting from 1. A line ends with LF, CR LF or CR alone.
    var line = 1
    /// Where the line starts.
    var lineStart = 0
    /// How many Unicode scalars start before it.
    var scalars = 0

    /// Moves past the next byte.
    mutating func advance(in bytes: [UInt8]) {
      let byte = bytes[offset]
      offset += 1
      if !byte.isContinuationByte { scalars += 1 }
      guard byte == .lineFeed || byte == .carriageReturn && (offset == bytes.count || bytes[offset] != .lineFeed)
      else { return }
      line += 1
      lineStart = offset
    }
  }

  /// A mark without its offset, which is its place in the index.
  private struct Entry {
    let line: UInt32
    let lineStart: UInt32
    let scalars: UInt32
  }

  private static let spacing = 1024
  /// One for each multiple of `spacing` from 0 on; never empty.
  private let entries: [Entry]

  init(_ bytes: [UInt8]) {
    var entries: [Entry] = []
    entries.reserveCapacity(bytes.count / Self.spacing + 1)
    var mark = Mark()
    while true {
      entries.append(
        Entry(
          line: UInt32(clamping: mark.line), lineStart: UInt32(clamping: mark.lineStart),
          scalars: UInt32(clamping: mark.scalars)))
      let next = mark.offset + Self.spacing
      guard next <= bytes.count else { break }
      while mark.offset < next { mark.advance(in: bytes) }
    }
    self.entries = entries
  }

  /// The mark at `offset`, at most the count of bytes.
  func mark(at offset: Int, of bytes: [UInt8]) -> Mark {
    var mark = entry(offset / Self.spacing)
    while mark.offset < offset { mark.advance(in: bytes) }
    return mark
  }

  /// A mark somewhere in the line, and in the line's last entry if it has any; in the last line where there is no such
  /// line.
  func lastMark(inLine line: Int, of bytes: [UInt8]) -> Mark {
    let next = entries.partitioningIndex { Int($0.line) > line }
    var mark = entry(max(0, next - 1))
    while mark.line < line, mark.offset < bytes.count { mark.advance(in: bytes) }
    return mark
  }

  private func entry(_ index: Int) -> Mark {
    let entry = entries[index]
    return Mark(
      offset: index * Self.spacing, line: Int(entry.line), lineStart: Int(entry.lineStart), scalars: Int(entry.scalars))
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// Second or later byte of a UTF-8 sequence.
  var isContinuationByte: Bool { self & 0xC0 == 0x80 }
}
