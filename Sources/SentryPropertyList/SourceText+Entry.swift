public import SentryDiagnostics

extension SourceText {
  /// Where the value of an entry stands: that of `key` in the dictionary that begins at `offset`, its brace or tag first. `nil`
  /// if there is no such entry.
  ///
  /// For findings that are made when the tree is long gone, about a text or XML document that was read without an error:
  /// this dictionary is read once more, up to the entry.
  public func range(ofValueFor key: String, inDictionaryAt offset: Int) -> Range<Int>? {
    guard bytes.indices.contains(offset) else { return nil }
    return XMLReader.recognizes(bytes) ? xmlValue(key, from: offset) : textValue(key, from: offset)
  }

  private func textValue(_ key: String, from offset: Int) -> Range<Int>? {
    var scanner = Scanner(bytes, from: offset)
    var grammar = Grammar()
    if bytes[offset] != UInt8(ascii: "{") { grammar.openBareDictionary() }
    var isFound = false
    repeat {
      let token = scanner.next()
      let (phase, depth) = (grammar.phase, grammar.levels.count)
      guard grammar.accept(token) else { return nil }
      guard depth == 1 else { continue }
      if phase == .value, isFound { return token.range }
      if phase == .key { isFound = text(of: token) == key }
    } while !grammar.levels.isEmpty
    return nil
  }

  private func text(of token: Token) -> String {
    guard token.kind == .string, token.range.count > 1 else {
      return String(decoding: bytes[token.range], as: UTF8.self)
    }
    return QuotedText(token.start + 1..<token.end - 1, of: bytes).string
  }

  private func xmlValue(_ key: String, from offset: Int) -> Range<Int>? {
    var scanner = XMLScanner(bytes, from: offset)
    var depth = 0
    var isFound = false
    while case .tag(let tag) = scanner.next() {
      guard tag.kind != .closing else {
        depth -= 1
        if depth == 0 { return nil }
        continue
      }
      let element = XMLTree.Node.Element(name: String(decoding: bytes[tag.name], as: UTF8.self))
      if element == .dict || element == .array {
        if isFound, depth == 1 { return tag.range }
        if tag.kind == .opening { depth += 1 }
        continue
      }
      let content = tag.kind == .opening ? scanner.content() : tag.range.upperBound..<tag.range.upperBound
      if isFound, depth == 1 { return content.isEmpty ? tag.range : content }
      if element == .key, depth == 1 { isFound = XMLText(content, of: bytes).string == key }
      if tag.kind == .opening { _ = scanner.next() }
    }
    return nil
  }
}
