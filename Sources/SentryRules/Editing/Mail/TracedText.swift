internal import SentryDiagnostics

/// A text on its way from what somebody sent to what can be read; each character knows where it came from.
struct TracedText: Sendable {
  private(set) var scalars: [Unicode.Scalar] = []
  /// For each scalar the byte of the source where it, or what it stands for, begins.
  private var origins: [UInt32] = []

  init() {}

  /// A text that is its own source.
  init(_ text: String) {
    scalars.reserveCapacity(text.utf8.count)
    origins.reserveCapacity(text.utf8.count)
    var offset = 0
    for scalar in text.unicodeScalars {
      append(scalar, from: offset)
      offset += UTF8.width(scalar)
    }
  }

  var count: Int { scalars.count }
  var string: String { String(String.UnicodeScalarView(scalars)) }

  /// Where the scalar at `index` came from; behind the last one, where that did.
  func origin(of index: Int) -> Int {
    Int(index < origins.count ? origins[index] : origins.last ?? 0)
  }

  /// The scalars of `range`, an order of them within the text.
  subscript(range: Range<Int>) -> TracedText {
    var part = TracedText()
    part.scalars = Array(scalars[range])
    part.origins = Array(origins[range])
    return part
  }

  mutating func append(_ scalar: Unicode.Scalar, from origin: Int) {
    scalars.append(scalar)
    origins.append(UInt32(clamping: origin))
  }

  /// Takes over the scalar at `index` of another text with the same source.
  mutating func append(_ index: Int, of other: TracedText) {
    append(other.scalars[index], from: other.origin(of: index))
  }

  mutating func append(_ other: TracedText) {
    scalars += other.scalars
    origins += other.origins
  }

  /// Adds what is not in the source, for what came from `origin`.
  mutating func insert(_ text: String, from origin: Int) {
    for scalar in text.unicodeScalars { append(scalar, from: origin) }
  }
}

// MARK: Lines

extension TracedText {
  /// With empty lines for what was left out between lines, so that line numbers are those of the source. Where it has
  /// more lines than the source they are not.
  func keepingLines(of source: SourceText) -> TracedText {
    var text = TracedText()
    var line = 1
    for index in scalars.indices {
      if index == 0 || scalars[index - 1] == "\n" {
        let goal = source.location(of: origin(of: index)).line
        if line < goal { text.insert(String(repeating: "\n", count: goal - line), from: origin(of: index)) }
        line = max(line, goal)
      }
      text.append(index, of: self)
      if scalars[index] == "\n" { line += 1 }
    }
    return text
  }
}

// MARK: Bytes

extension TracedText {
  /// The scalars whose UTF-8 form begins in the bytes of `range`.
  func scalarRange(ofUTF8 range: Range<Int>) -> Range<Int> {
    var bounds = count..<count
    var offset = 0
    for index in scalars.indices {
      if offset >= range.upperBound {
        bounds = min(bounds.lowerBound, index)..<index
        break
      }
      if offset >= range.lowerBound, bounds.lowerBound == count { bounds = index..<count }
      offset += UTF8.width(scalars[index])
    }
    return bounds
  }

  /// The bytes of `source` that the bytes of `range`, of this text as UTF-8, came from.
  func origins(ofUTF8 range: Range<Int>, in source: SourceText) -> Range<Int> {
    let scalars = scalarRange(ofUTF8: range)
    let start = origin(of: scalars.lowerBound)
    guard let last = scalars.last else { return start..<start }
    var end = min(origin(of: last) + 1, source.bytes.count)
    while end < source.bytes.count, UTF8.isContinuation(source.bytes[end]) { end += 1 }
    return start..<max(start, end)
  }
}
