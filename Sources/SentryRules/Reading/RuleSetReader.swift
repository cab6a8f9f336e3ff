// Reading a document takes three steps: the root's layout says where the rules are (here); a first walk through their
// dictionaries (RuleWalk) counts them and finds out which generation's numbers they use (RuleSurvey); and in a second one
// each becomes a checked rule (RuleChecker). None of them recurses.

internal import SentryDiagnostics
internal import SentryPropertyList

/// Reads the root of a document.
enum RuleSetReader {
  /// `nil` if there is nothing to read rules from, or there are too many. What is wrong goes into `findings`; the rule set
  /// counts only if none of it is an error.
  ///
  /// - Parameter size: of the document, in bytes.
  static func read(
    _ root: PropertyListNode, size: Int, within limits: DocumentLimits, into findings: inout Findings
  ) -> RuleSet? {
    guard let layout = RootLayout(of: root) else {
      findings.add(.notARuleDocument(at: root.place))
      return nil
    }
    var settings = Settings()
    var interfaces: [InterfaceEntry] = []
    var keptKeys: [KeptKey] = []
    if layout.hasDocumentKeys {
      settings = SettingsReader.read(root, within: limits, into: &findings)
      interfaces = InterfacesReader.read(root, settings: settings, within: limits, into: &findings)
      keptKeys = readKeptKeys(of: root, limit: limits.keptKeys, into: &findings)
    }
    let walk = { RuleWalk(layout, of: root, report: $0) }
    guard let survey = RuleSurvey(walk, limit: limits.rules(inBytes: size), into: &findings) else { return nil }
    if survey.count == 0, !findings.hasErrors { findings.add(.noRules(at: root.place)) }
    var ruleSet = RuleSet(
      rules: RuleChecker.check(RuleWalk(layout, of: root), survey, into: &findings), settings: settings,
      interfaces: interfaces, keptKeys: keptKeys, isClassic: layout.isClassic || survey.votes.hasNumbers,
      listPath: layout.listPath)
    if survey.hasUnknownKeys { ruleSet.rootWithUnknownKeys = root }
    if layout.hasDocumentKeys {
      ruleSet.lists = ListsReader.read(root, settings: settings, within: limits, into: &findings)
      ruleSet.tests = TestsReader.read(root, for: ruleSet, within: limits, into: &findings)
    }
    return ruleSet
  }

  /// Everything that no reader takes. Keys of a rule are left behind: the oldest layout has them in the root, and newer
  /// ones have strays of it.
  private static func readKeptKeys(
    of root: PropertyListNode, limit: Int, into findings: inout Findings
  ) -> [KeptKey] {
    let read = RootKey.read(in: root)
    var kept: [KeptKey] = []
    for entry in root.entries where !read.contains(entry.key) && RuleKey(entry) == nil {
      guard kept.count < limit else {
        findings.add(.tooMany("unknown key", "the document", limit: limit, at: entry.keyPlace))
        break
      }
      kept.append(KeptKey(key: entry.key, node: entry.value))
      // Tests and lists are read, and written as they were.
      if [RootKey.tests, RootKey.lists].contains(entry.key) { continue }
      if let meant = nearestName(to: entry.key, in: RootKey.current) {
        findings.add(.unknownKey(entry.key, at: entry.keyPlace, meant: meant))
      } else {
        findings.addOnce("kept keys", .keptKeys(first: entry.key, at: entry.keyPlace))
      }
    }
    return kept
  }
}

/// Where a document keeps its rules.
enum RootLayout {
  /// The root is an array of rules, as copied rules are.
  case list
  /// The root is one rule.
  case singleRule
  /// Under `rules`.
  case rules(PropertyListNode)
  /// The children of the classic table.
  case classicTable(PropertyListNode)
  /// The oldest layout: the root is the table.
  case rootIsTable

  init?(of root: PropertyListNode) {
    switch root.kind {
    case .array: self = .list
    case .dictionary:
      if let rules = root[RootKey.rules] {
        self = .rules(rules)
      } else if let table = root[RootKey.classicTable] {
        self = .classicTable(table)
      } else {
        self = Self.isRule(root) ? .singleRule : .rootIsTable
      }
    default: return nil
    }
  }

  /// Only the classic program laid documents out like this.
  var isClassic: Bool {
    switch self {
    case .classicTable, .rootIsTable: true
    case .list, .singleRule, .rules: false
    }
  }

  /// Where the list of rules is, as a path from the root.
  var listPath: String {
    switch self {
    case .list: ""
    case .singleRule: "root"
    case .rules: RootKey.rules
    case .classicTable: "\(RootKey.classicTable).\(RuleKey.children.rawValue)"
    case .rootIsTable: RuleKey.children.rawValue
    }
  }

  /// The root may hold interfaces and settings.
  var hasDocumentKeys: Bool {
    switch self {
    case .list, .singleRule: false
    case .rules, .classicTable, .rootIsTable: true
    }
  }

  /// A dictionary that says something only a rule says, and not what the classic root happens to say, too.
  private static func isRule(_ root: PropertyListNode) -> Bool {
    let fields = RuleFields(of: root)
    return fields[.nodeNumber] != nil || fields[.nodeName] != nil
      || fields.property.isOther(than: AnyProperty.name, in: .properties)
      || fields.action.isOther(than: NextLevelAction.name, in: .actions)
  }
}
