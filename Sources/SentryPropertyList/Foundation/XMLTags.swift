/// The tags of an XML document, one after the other. Comments, CDATA sections, processing instructions and declarations
/// are passed over.
///
/// Knows just enough XML to find places. Whether the document is well-formed is for Foundation to say.
struct XMLTags {
  struct Tag {
    enum Kind { case opening, closing, empty }

    let kind: Kind
    /// The element's name, bytes of the text.
    let name: Range<Int>
    /// From `<` to `>`.
    let range: Range<Int>
  }

  let bytes: [UInt8]
  private var position = 0

  init(of bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// `nil` at the end of the document.
  mutating func next() -> Tag? {
    while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
      position = start + 1
      if let end = endOfOther {
        guard skip(past: end) else { return nil }
        continue
      }
      guard let end = bytes[position...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      defer { position = end + 1 }
      return tag(from: start, to: end)
    }
    return nil
  }

  /// Whether the element's name is `name`.
  func has(_ tag: Tag, name: String) -> Bool { bytes[tag.name].elementsEqual(name.utf8) }

  private func tag(from start: Int, to end: Int) -> Tag {
    let isClosing = bytes[start + 1] == .slash
    let nameStart = isClosing ? start + 2 : start + 1
    let nameEnd = bytes[nameStart..<max(nameStart, end)].firstIndex { !$0.isASCIILetterOrDigit } ?? max(nameStart, end)
    let kind: Tag.Kind = isClosing ? .closing : bytes[end - 1] == .slash ? .empty : .opening
    return Tag(kind: kind, name: nameStart..<nameEnd, range: start..<end + 1)
  }

  /// What ends the thing behind the `<`, if it is no tag.
  private var endOfOther: String? {
    if follows("!--") { return "-->" }
    if follows("![CDATA[") { return "]]>" }
    return follows("?") || follows("!") ? ">" : nil
  }

  private func follows(_ text: String) -> Bool {
    bytes[position...].starts(with: text.utf8)
  }

  /// `false` if `text` does not come any more.
  private mutating func skip(past text: String) -> Bool {
    let pattern = Array(text.utf8)
    while let start = bytes[position...].firstIndex(of: pattern[0]) {
      position = start + 1
      if bytes[start...].starts(with: pattern) {
        position = start + pattern.count
        return true
      }
    }
    return false
  }
}
