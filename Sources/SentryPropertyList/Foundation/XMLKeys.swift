import SentryDiagnostics

/// Looks through an XML property list for dictionaries that have a key twice, of which Foundation silently keeps one.
///
/// Knows just enough XML for that: elements, comments, CDATA sections and processing instructions. Keys are compared as
/// they are written. Whether the document is well-formed is for Foundation to say.
struct XMLKeys {
  private let source: SourceText
  private var position = 0
  /// Where the keys of each open dictionary first occurred; `nil` for other open elements.
  private var open: [[ArraySlice<UInt8>: Int]?] = []
  private var findings: [Diagnostic] = []

  static func duplicates(in source: SourceText) -> [Diagnostic] {
    var keys = XMLKeys(source: source)
    while keys.findings.count < Parser.findingLimit, keys.readTag() {}
    return keys.findings
  }

  private init(source: SourceText) {
    self.source = source
  }

  private var bytes: [UInt8] { source.bytes }

  /// Reads up to the end of the next tag; `false` at the end of the document, and where nesting is beyond the limit.
  private mutating func readTag() -> Bool {
    guard open.count <= Parser.nestingLimit + 2, let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) else {
      return false
    }
    position = start + 1
    if follows("!--") { return skip(past: "-->") }
    if follows("![CDATA[") { return skip(past: "]]>") }
    if follows("?") || follows("!") { return skip(past: ">") }
    let isClosing = follows("/")
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: ">")) else { return false }
    let tag = bytes[position..<end]
    position = end + 1
    if isClosing {
      _ = open.popLast()
    } else if tag.last != .slash {
      begin(String(decoding: tag.prefix { $0.isASCIILetterOrDigit }, as: UTF8.self))
    }
    return true
  }

  private mutating func begin(_ element: String) {
    if element == "key" { noteKey() }
    open.append(element == "dict" ? [:] : nil)
  }

  /// `position` is right after `<key>`, and the innermost open element is the dictionary it belongs to.
  private mutating func noteKey() {
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    guard let level = open.indices.last, open[level] != nil else { return }
    let key = bytes[position..<end]
    guard let first = open[level]?[key] else {
      open[level]?[key] = position
      return
    }
    findings.append(
      SyntaxMessages.duplicateKey(
        String(decoding: key.prefix(40), as: UTF8.self), firstLine: source.location(of: first).line,
        at: position..<end))
  }

  private func follows(_ text: String) -> Bool {
    bytes[position...].starts(with: text.utf8)
  }

  /// `false` if `text` does not come any more.
  private mutating func skip(past text: String) -> Bool {
    let pattern = Array(text.utf8)
    while position < bytes.count {
      if bytes[position...].starts(with: pattern) {
        position += pattern.count
        return true
      }
      position += 1
    }
    return false
  }
}
