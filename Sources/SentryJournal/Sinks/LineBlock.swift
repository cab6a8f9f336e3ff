/// Lines of entries, made ready to be written at once: which bytes they are, and which entries are dealt with after each.
struct LineBlock {
  private(set) var bytes: [UInt8] = []
  /// After so many bytes, so many entries are written.
  private var ends: [(bytes: Int, entries: Int)] = []

  var isEmpty: Bool { bytes.isEmpty }

  /// - Parameter entries: how many are written when this line is.
  mutating func append(_ line: some Sequence<UInt8>, entries: Int) {
    bytes += line
    bytes.append(UInt8(ascii: "\n"))
    ends.append((bytes.count, entries))
  }

  /// The whole lines in the first `count` bytes, and how many entries these make; `nil` if there is none.
  func wholeLines(in count: Int) -> (bytes: Int, entries: Int)? { ends.last { $0.bytes <= count } }
}
