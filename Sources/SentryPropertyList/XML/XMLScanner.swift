/// The tags of an XML document, one after the other.
///
/// Knows as much XML as property lists use (XML 1.0 §2 and §3): tags, whose attributes are passed over, and between them
/// text, comments, CDATA sections, processing instructions and a document type without declarations of its own.
struct XMLScanner {
  struct Tag {
    enum Kind { case opening, closing, empty }

    let kind: Kind
    /// The element's name, bytes of the text.
    let name: Range<Int>
    /// From `<` to `>`.
    let range: Range<Int>
  }

  enum Item {
    case tag(Tag)
    /// Something beside blanks that is no tag.
    case text(Range<Int>)
    /// What begins here does not end.
    case unfinished(Int)
    /// A document type that declares entities or elements.
    case declarations(Int)
    case end
  }

  static let cdata = Array("<![CDATA[".utf8)
  private static let comment = Array("<!--".utf8)
  private static let documentType = Array("<!DOCTYPE".utf8)

  let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Begins in the middle of the document.
  init(_ bytes: [UInt8], from offset: Int) {
    self.bytes = bytes
    position = offset
  }

  /// What comes next, comments and the like left out.
  mutating func next() -> Item {
    while position < bytes.count {
      let byte = bytes[position]
      if byte.isBlank || byte.isLineEnd {
        position += 1
      } else if byte != UInt8(ascii: "<") {
        return text()
      } else if bytes[position...].starts(with: Self.cdata) {
        return text()
      } else if let length = Self.lengthOfOther(bytes[position...]) {
        defer { position += length }
        if declaresSomething(length) { return .declarations(position) }
      } else {
        return tag()
      }
    }
    return .end
  }

  /// Passes over the content of a scalar, up to the tag that comes next, and returns it.
  mutating func content() -> Range<Int> {
    let start = position
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        position += 1
      } else if let length = Self.lengthOfOther(bytes[position...]) {
        position += length
      } else {
        break
      }
    }
    return start..<position
  }

  private mutating func text() -> Item {
    let start = position
    position = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    return .text(start..<position)
  }

  private mutating func tag() -> Item {
    let start = position
    guard let last = endOfTag, bytes[start + 1] != UInt8(ascii: "!"), bytes[start + 1] != UInt8(ascii: "?") else {
      position = bytes.count
      return .unfinished(start)
    }
    position = last + 1
    let isClosing = bytes[start + 1] == .slash
    let nameStart = isClosing ? start + 2 : start + 1
    let name = bytes[nameStart..<max(nameStart, last)].prefix { $0.isASCIILetterOrDigit }
    let kind: Tag.Kind = isClosing ? .closing : bytes[last - 1] == .slash ? .empty : .opening
    return .tag(Tag(kind: kind, name: name.startIndex..<name.endIndex, range: start..<last + 1))
  }

  /// The `>`; not one within an attribute's quotes.
  private var endOfTag: Int? {
    var quote: UInt8?
    for offset in position + 1..<max(position + 1, bytes.count) {
      let byte = bytes[offset]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return offset
      } else if byte == UInt8(ascii: "<") {
        return nil
      }
    }
    return nil
  }

  private func declaresSomething(_ length: Int) -> Bool {
    let item = bytes[position..<position + length]
    return item.starts(with: Self.documentType) && item.contains(UInt8(ascii: "["))
  }

  /// How long the comment, CDATA section, processing instruction or document type is that `bytes` begin with; `nil` for
  /// anything else, and for one that does not end.
  static func lengthOfOther(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.first == UInt8(ascii: "<"), let second = bytes.dropFirst().first,
      second == UInt8(ascii: "!") || second == UInt8(ascii: "?")
    else { return nil }
    if bytes.starts(with: comment) { return length(of: bytes, from: comment.count, to: "-->") }
    if bytes.starts(with: cdata) { return length(of: bytes, from: cdata.count, to: "]]>") }
    return second == UInt8(ascii: "?")
      ? length(of: bytes, from: 2, to: "?>") : length(of: bytes, from: 2, to: ">")
  }

  private static func length(of bytes: ArraySlice<UInt8>, from start: Int, to end: StaticString) -> Int? {
    let pattern = Array("\(end)".utf8)
    var position = bytes.startIndex + start
    while position < bytes.endIndex, let next = bytes[position...].firstIndex(of: pattern[0]) {
      if bytes[next...].starts(with: pattern) { return next + pattern.count - bytes.startIndex }
      position = next + 1
    }
    return nil
  }
}
