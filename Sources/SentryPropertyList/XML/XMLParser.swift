import SentryDiagnostics

/// Reads the elements of an XML property list into an `XMLTree`.
///
/// The first mistake in the XML ends the reading; keys that occur twice are all found.
struct XMLParser {
  private let source: SourceText
  private var scanner: XMLScanner
  private var nodes: [XMLTree.Node] = []
  private var findings: [Diagnostic] = []
  /// The containers being read, from the root down.
  private var open: [Level] = []
  /// Whether `<plist>` was opened, and whether it was closed.
  private var hasOpenList = false
  private var isComplete = false

  private struct Level {
    let node: Int
    /// Of a dictionary, the key whose value comes next.
    var key: Int?
    var keys = XMLKeys()
  }

  /// What ends the reading.
  private struct Stop: Error {
    let finding: Diagnostic
  }

  static func parse(_ source: SourceText) -> (tree: XMLTree?, findings: [Diagnostic]) {
    var parser = XMLParser(source)
    do {
      try parser.readDocument()
      return (XMLTree(source: source, nodes: parser.nodes), parser.findings)
    } catch {
      return (nil, parser.findings + [error.finding])
    }
  }

  private init(_ source: SourceText) {
    self.source = source
    scanner = XMLScanner(source.bytes)
  }

  // MARK: Items

  private mutating func readDocument() throws(Stop) {
    while true {
      switch scanner.next() {
      case .tag(let tag): try read(tag)
      case .text(let range):
        if isComplete { throw Stop(finding: XMLMessages.secondRoot(at: range)) }
        throw Stop(finding: XMLMessages.unexpectedText(excerpt(range), at: range))
      case .unfinished(let offset): throw Stop(finding: XMLMessages.unfinished(at: offset..<offset + 1))
      case .declarations(let offset): throw Stop(finding: XMLMessages.declarations(at: offset..<offset + 1))
      case .end: return try finish()
      }
    }
  }

  private func finish() throws(Stop) {
    let end = source.bytes.count..<source.bytes.count
    if let level = open.last {
      throw Stop(finding: XMLMessages.endsInside(name(of: level.node), line: line(of: level.node), at: end))
    }
    if hasOpenList { throw Stop(finding: XMLMessages.endsInside("plist", line: 1, at: end)) }
    if nodes.isEmpty { throw Stop(finding: XMLMessages.noValue(at: end)) }
  }

  private mutating func read(_ tag: XMLScanner.Tag) throws(Stop) {
    let name = String(decoding: source.bytes[tag.name], as: UTF8.self)
    guard name != "plist" else { return try readList(tag) }
    guard let element = XMLTree.Node.Element(name: name) else {
      throw Stop(finding: XMLMessages.unknownElement(name, at: tag.range))
    }
    guard tag.kind != .closing else { return try close(tag, name) }
    try place(element, tag, name)
    append(element, tag)
    if element == .dict || element == .array {
      try openContainer(tag)
    } else {
      try readContent(of: element, tag, name)
    }
  }

  private mutating func readList(_ tag: XMLScanner.Tag) throws(Stop) {
    switch tag.kind {
    case .empty: throw Stop(finding: XMLMessages.noValue(at: tag.range))
    case .opening:
      guard nodes.isEmpty, !hasOpenList else { throw Stop(finding: XMLMessages.secondRoot(at: tag.range)) }
      hasOpenList = true
    case .closing:
      guard open.isEmpty, hasOpenList else { return try close(tag, "plist") }
      guard !nodes.isEmpty else { throw Stop(finding: XMLMessages.noValue(at: tag.range)) }
      hasOpenList = false
      isComplete = true
    }
  }

  // MARK: Values

  /// Sees whether a key or value may stand here.
  private mutating func place(_ element: XMLTree.Node.Element, _ tag: XMLScanner.Tag, _ name: String) throws(Stop) {
    guard let level = open.last else {
      if element == .key { throw Stop(finding: XMLMessages.keyOutsideDictionary(at: tag.range)) }
      if !nodes.isEmpty { throw Stop(finding: XMLMessages.secondRoot(at: tag.range)) }
      return
    }
    guard nodes[level.node].element == .dict else {
      if element == .key { throw Stop(finding: XMLMessages.keyOutsideDictionary(at: tag.range)) }
      return
    }
    switch (element == .key, level.key) {
    case (true, let key?): throw Stop(finding: missingValue(of: key))
    case (true, nil): open[open.count - 1].key = nodes.count
    case (false, _?): open[open.count - 1].key = nil
    case (false, nil): throw Stop(finding: XMLMessages.missingKey(before: name, at: tag.range))
    }
  }

  private mutating func append(_ element: XMLTree.Node.Element, _ tag: XMLScanner.Tag) {
    nodes.append(
      XMLTree.Node(
        element: element, start: UInt32(tag.range.lowerBound), contentStart: UInt32(tag.range.upperBound),
        contentEnd: UInt32(tag.range.upperBound), next: UInt32(nodes.count + 1)))
  }

  private mutating func openContainer(_ tag: XMLScanner.Tag) throws(Stop) {
    guard open.count < Parser.nestingLimit else {
      throw Stop(finding: SyntaxMessages.nestingTooDeep(limit: Parser.nestingLimit, at: tag.range))
    }
    if tag.kind == .opening { open.append(Level(node: nodes.count - 1)) }
  }

  private mutating func readContent(
    of element: XMLTree.Node.Element, _ tag: XMLScanner.Tag, _ name: String
  ) throws(Stop) {
    if tag.kind == .opening {
      let content = scanner.content()
      nodes[nodes.count - 1].contentEnd = UInt32(content.upperBound)
      try expectClosing(of: name, openedAt: tag.range.lowerBound)
    }
    try check(element, name)
  }

  private mutating func expectClosing(of name: String, openedAt start: Int) throws(Stop) {
    switch scanner.next() {
    case .tag(let tag):
      let found = String(decoding: source.bytes[tag.name], as: UTF8.self)
      guard tag.kind == .closing, found == name else {
        throw Stop(
          finding: XMLMessages.unexpectedClosing(
            found, open: name, line: source.location(of: start).line, at: tag.range))
      }
    case .unfinished(let offset): throw Stop(finding: XMLMessages.unfinished(at: offset..<offset + 1))
    case .text, .declarations, .end:
      let end = source.bytes.count
      throw Stop(finding: XMLMessages.endsInside(name, line: source.location(of: start).line, at: end..<end))
    }
  }

  /// A key must be new, a scalar one of its kind.
  private mutating func check(_ element: XMLTree.Node.Element, _ name: String) throws(Stop) {
    let index = nodes.count - 1
    let content = nodes[index].content
    if !XMLText.isPlain(content, of: source.bytes),
      let problem = XMLText(content, of: source.bytes).firstProblem
    {
      throw Stop(finding: XMLMessages.badReference(excerpt(problem.lowerBound..<content.upperBound), at: problem))
    }
    switch element {
    case .key: noteKey(index)
    case .integer, .real, .date, .data:
      let text = XMLText(content, of: source.bytes).string
      guard XMLScalars.isValid(text, element) else {
        throw Stop(finding: XMLMessages.badScalar(name, excerpt(content), at: content))
      }
    case .dict, .array, .string, .true, .false: break
    }
  }

  private mutating func noteKey(_ index: Int) {
    guard !open.isEmpty, findings.count < Parser.findingLimit else { return }
    guard let first = open[open.count - 1].keys.insert(index, in: nodes, of: source.bytes) else { return }
    let content = nodes[index].content
    findings.append(
      SyntaxMessages.duplicateKey(excerpt(content), firstLine: line(of: first), at: content))
  }

  private mutating func close(_ tag: XMLScanner.Tag, _ name: String) throws(Stop) {
    let expected = open.last.map { self.name(of: $0.node) } ?? (hasOpenList ? "plist" : nil)
    guard let level = open.last, expected == name else {
      let line = open.last.map { self.line(of: $0.node) } ?? 1
      throw Stop(finding: XMLMessages.unexpectedClosing(name, open: expected, line: line, at: tag.range))
    }
    if let key = level.key { throw Stop(finding: missingValue(of: key)) }
    open.removeLast()
    nodes[level.node].next = UInt32(nodes.count)
    nodes[level.node].contentEnd = UInt32(tag.range.lowerBound)
  }

  // MARK: Words for findings

  private func missingValue(of key: Int) -> Diagnostic {
    XMLMessages.missingValue(of: excerpt(nodes[key].content), at: nodes[key].content)
  }

  private func name(of node: Int) -> String { nodes[node].element.name }

  private func line(of node: Int) -> Int { source.location(of: Int(nodes[node].start)).line }

  private func excerpt(_ range: Range<Int>) -> String {
    String(decoding: source.bytes[range].prefix(40), as: UTF8.self)
  }
}

extension XMLTree.Node.Element {
  private static let named: [String: Self] = [
    "dict": .dict, "array": .array, "key": .key, "string": .string, "integer": .integer, "real": .real, "date": .date,
    "data": .data, "true": .true, "false": .false,
  ]

  init?(name: String) {
    guard let element = Self.named[name] else { return nil }
    self = element
  }

  var name: String { "\(self)" }
}

extension XMLScalars {
  /// Whether `text` writes a value of this element.
  fileprivate static func isValid(_ text: String, _ element: XMLTree.Node.Element) -> Bool {
    switch element {
    case .integer: integer(text) != nil
    case .real: real(text) != nil
    case .date: date(text) != nil
    case .data: data(text) != nil
    default: true
    }
  }
}
