public import SentryDiagnostics
internal import SentryPropertyList

/// Rules that somebody copied somewhere, read and checked, on their way into a document: in any form a document may
/// have, one rule or many, also out of an e-mail.
public struct Snippet: Sendable {
  private let outline: RuleOutline
  private let topRules: [PropertyListNode]
  /// Their list as text; `nil` if the root is the only rule.
  private let topList: ListText?
  /// Rules at the top of the snippet.
  public var count: Int { topRules.count }
  /// Rules with all below them.
  public let ruleCount: Int
  /// What was made of the text, for people: "classic form", "from quoted e-mail text".
  public let remarks: [String]
  /// Warnings and notes about the rules.
  public let findings: [Diagnostic]
  /// What the findings refer to.
  public let source: SourceText

  /// - Throws: what is wrong with the text, or with a rule.
  public init(reading bytes: [UInt8], fileName: String) throws(EditError) {
    let found = try SnippetText.find(in: bytes, fileName: fileName)
    guard let ruleSet = found.document.ruleSet else {
      throw EditError(
        "\(fileName) holds no rules that can be used; nothing was changed", findings: found.findings, in: found.source)
    }
    guard !ruleSet.rules.isEmpty else {
      throw EditError(
        """
        \(fileName) holds no rules; nothing was changed
          a rule stands in braces: { enabled = 1; propertyName = …; … }
        """)
    }
    try self.init(found, ruleSet)
  }

  private init(_ found: SnippetText.Found, _ ruleSet: RuleSet) throws(EditError) {
    let (document, root) = (found.document, found.root)
    ruleCount = ruleSet.rules.count
    findings = found.findings.filter { $0.id != .keptKeys }
    source = found.source
    var remarks = found.remarks
    if let root, let outline = RuleOutline(root), root.syntax != nil, !outline.hasClassicKeys {
      self.outline = outline
    } else {
      // Numbers mean different things in different documents: the names go in.
      remarks.insert(document.form == .text ? "classic form" : document.form == .xml ? "XML" : "binary form", at: 0)
      let formatted = document.form == .text ? FormattedDocument(reading: document.source.bytes).text : nil
      let text = formatted ?? CanonicalDocument.text(of: ruleSet.withoutKeptKeys)
      let reading = PropertyList.read(Array(text.utf8), fileName: "snippet")
      guard let node = reading.document?.root, let outline = RuleOutline(node) else {
        throw EditError("the rules cannot be written as text")
      }
      self.outline = outline
    }
    if let outline = root.flatMap(RuleOutline.init), outline.isWholeDocument {
      let others = outline.otherParts
      remarks.append("the rules of a whole document" + (others.isEmpty ? "" : " without its \(others.enumeration)"))
    }
    topList = outline.isSingleRule ? nil : outline.topList?.syntax.flatMap(ListText.init)
    topRules = outline.isSingleRule ? [outline.root] : outline.topList.map { Array($0.elements) } ?? []
    self.remarks = remarks
  }

  /// A rule to be put into a text.
  func cut(_ index: Int) throws(EditError) -> Cut {
    guard topRules.indices.contains(index), let node = topRules[index].syntax else {
      throw EditError("the snippet has no rule \(index + 1)")
    }
    return topList.map { Cut(node, $0.fragment(index)) } ?? Cut(root: node)
  }

  /// A rule to be put into a document that is not text.
  func value(_ index: Int) -> PropertyListValue {
    topRules.indices.contains(index) ? topRules[index].typedRule : .dictionary([:])
  }
}

extension RuleOutline {
  /// Not just copied rules.
  fileprivate var isWholeDocument: Bool {
    switch layout {
    case .list, .singleRule: false
    case .rules, .classicTable, .rootIsTable: true
    }
  }

  /// What the document holds besides its rules, in words.
  fileprivate var otherParts: [String] {
    var parts: [String] = []
    for entry in root.entries
    where RuleKey(entry) == nil && ![RootKey.rules, RootKey.classicTable].contains(entry.key)
      && entry.value.saysSomething
    {
      let part =
        switch entry.key {
        case RootKey.interfaces, RootKey.classicInterfaces: "interfaces"
        case RootKey.settings, RootKey.classicTriggerDuration, RootKey.classicBlockIPv6: "settings"
        case RootKey.lists: "lists"
        case RootKey.tests: "tests"
        default: "other keys"
        }
      if !parts.contains(part) { parts.append(part) }
    }
    return parts
  }

  /// Whether a rule has entries that only the classic program needs: numbers for names, statistics, its own number.
  var hasClassicKeys: Bool {
    if case .classicTable = layout { return true }
    if case .rootIsTable = layout { return true }
    let keys: Set<RuleKey> = [
      .property, .relation, .filterAction, .nodeNumber, .nodeCount, .expandedState, .matchCount, .matchDelta,
      .byteCount, .byteDelta, .lastTime,
    ]
    var isFound = false
    forEachRule { _, rule in
      if !isFound, rule.entries.contains(where: { RuleKey(rawValue: $0.key).map(keys.contains) == true }) {
        isFound = true
      }
    }
    return isFound
  }
}

extension PropertyListNode {
  /// No container without anything in it.
  fileprivate var saysSomething: Bool {
    switch kind {
    case .array: elements.contains { _ in true }
    case .dictionary: entries.contains { _ in true }
    default: true
    }
  }

  /// A rule of a text as a value with numbers where documents have numbers.
  var typedRule: PropertyListValue {
    guard kind == .dictionary else { return value }
    return .dictionary(
      PropertyListDictionary(
        entries.map { entry in
          switch RuleKey(rawValue: entry.key) {
          case .children: .init(key: entry.key, value: .array(entry.value.elements.map(\.typedRule)))
          case .enabled, .observe, .property, .relation, .filterAction:
            .init(key: entry.key, value: entry.value.integer.map(PropertyListValue.integer) ?? entry.value.value)
          default: .init(key: entry.key, value: entry.value.value)
          }
        }))
  }
}
