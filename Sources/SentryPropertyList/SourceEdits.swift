/// Changes to a text, gathered first and made all at once, so that every range refers to the text as it was.
public struct SourceEdits: Sendable {
  public enum Failure: Error, Equatable {
    /// Two changes touch the same bytes.
    case overlapping(Range<Int>, Range<Int>)
    /// A change reaches beyond the text.
    case outside(Range<Int>)
  }

  private var edits: [(range: Range<Int>, replacement: String)] = []

  public init() {}

  public var isEmpty: Bool { edits.isEmpty }

  /// Puts `text` in the place of the bytes of `range`; an empty text removes them.
  public mutating func replace(_ range: Range<Int>, with text: String) {
    edits.append((range, text))
  }

  /// Puts `text` before the byte at `offset`. Several texts at one offset stand in the order they were given.
  public mutating func insert(_ text: String, at offset: Int) {
    edits.append((offset..<offset, text))
  }

  /// The text after all changes; every byte no change names stays as it is.
  public func applied(to bytes: [UInt8]) throws(Failure) -> [UInt8] {
    try applied(to: bytes, within: bytes.indices)
  }

  /// The part of the text that stood in `bounds`, after all changes, which must be to that part.
  public func applied(to bytes: [UInt8], within bounds: Range<Int>) throws(Failure) -> [UInt8] {
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
        < ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
    }.map(\.element)
    var result: [UInt8] = []
    result.reserveCapacity(bounds.count)
    var previous = bounds.lowerBound..<bounds.lowerBound
    for (range, replacement) in ordered {
      guard range.lowerBound >= bounds.lowerBound, range.upperBound <= bounds.upperBound else { throw .outside(range) }
      guard range.lowerBound >= previous.upperBound else { throw .overlapping(previous, range) }
      result += bytes[previous.upperBound..<range.lowerBound]
      result += replacement.utf8
      previous = range
    }
    result += bytes[previous.upperBound..<bounds.upperBound]
    return result
  }
}
