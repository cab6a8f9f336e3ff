import SentryDiagnostics

/// XML property lists.
enum XMLReader {
  /// Whether `bytes`, UTF-8, begin an XML property list. (A `<` also begins data in a text property list, but no
  /// element's name is all hexadecimal digits.)
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while offset < bytes.count, bytes[offset].isBlank || bytes[offset].isLineEnd { offset += 1 }
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "<") else { return false }
    let rest = bytes[(offset + 1)...].prefix(16)
    if rest.first == UInt8(ascii: "?") || rest.first == UInt8(ascii: "!") { return true }
    let name = String(decoding: rest.prefix { $0.isASCIILetterOrDigit }, as: UTF8.self)
    return name == "plist" || XMLTree.Node.Element(name: name) != nil
  }

  static func read(_ source: SourceText, findings: [Diagnostic]) -> PropertyListReading {
    var reading = PropertyListReading(source: source, document: nil, diagnostics: findings)
    guard findings.isEmpty else { return reading }
    if let encoding = XMLDeclaration(of: source.bytes).unsupportedEncoding {
      reading.diagnostics.append(SyntaxMessages.unsupportedEncoding(encoding))
      return reading
    }
    let (tree, mistakes) = XMLParser.parse(source)
    reading.diagnostics += mistakes
    reading.document = tree.map {
      PropertyListDocument(source: source, format: .xml, root: PropertyListNode($0.root), syntax: nil)
    }
    return reading
  }
}
