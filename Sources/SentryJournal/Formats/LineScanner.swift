/// Reads a line from left to right. What is taken is gone; what does not fit leaves the rest as it was.
struct LineScanner {
  private(set) var rest: Substring.UTF8View

  init(_ line: Substring) { rest = line.utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// All that is left.
  var text: String { String(Substring(rest)) }

  mutating func take(_ expected: String) -> Bool {
    guard rest.starts(with: expected.utf8) else { return false }
    rest = rest.dropFirst(expected.utf8.count)
    return true
  }

  /// The text up to the next blank, or up to the end; `nil` if that is empty.
  mutating func takeWord() -> Substring? {
    let word = rest.prefix { $0 != UInt8(ascii: " ") }
    guard !word.isEmpty else { return nil }
    rest = rest[word.endIndex...]
    return Substring(word)
  }

  /// The next `count` bytes.
  mutating func take(count: Int) -> Substring? {
    let taken = rest.prefix(count)
    guard taken.count == count else { return nil }
    rest = rest[taken.endIndex...]
    return Substring(taken)
  }

  /// The text up to `mark`, which is taken too.
  mutating func take(upTo mark: String) -> Substring? {
    let mark = Array(mark.utf8)
    var candidate = rest
    while let start = candidate.firstIndex(of: mark[0]) {
      candidate = candidate[start...]
      if candidate.starts(with: mark) {
        let taken = rest[..<start]
        rest = candidate.dropFirst(mark.count)
        return Substring(taken)
      }
      candidate = candidate.dropFirst()
    }
    return nil
  }

  mutating func takeDigits() { rest = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }

  mutating func takeBlanks() { rest = rest.drop { $0 == UInt8(ascii: " ") } }
}
