import SentryDiagnostics

/// Looks through an XML property list for dictionaries that have a key twice, of which Foundation silently keeps one.
/// Keys are compared as they are written.
struct XMLKeys {
  private let source: SourceText
  private var tags: XMLTags
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
    tags = XMLTags(of: source.bytes)
  }

  /// Reads the next tag; `false` at the end of the document, and where nesting is beyond the limit.
  private mutating func readTag() -> Bool {
    guard open.count <= Parser.nestingLimit + 2, let tag = tags.next() else { return false }
    switch tag.kind {
    case .closing: _ = open.popLast()
    case .opening:
      if tags.has(tag, name: "key") { noteKey(at: tag.range.upperBound) }
      open.append(tags.has(tag, name: "dict") ? [:] : nil)
    case .empty: break
    }
    return true
  }

  /// `position` is right after `<key>`, and the innermost open element is the dictionary it belongs to.
  private mutating func noteKey(at position: Int) {
    let end = source.bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? source.bytes.count
    guard let level = open.indices.last, open[level] != nil else { return }
    let key = source.bytes[position..<end]
    guard let first = open[level]?[key] else {
      open[level]?[key] = position
      return
    }
    findings.append(
      SyntaxMessages.duplicateKey(
        String(decoding: key.prefix(40), as: UTF8.self), firstLine: source.location(of: first).line,
        at: position..<end))
  }
}
