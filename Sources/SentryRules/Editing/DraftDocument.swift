public import SentryDiagnostics
internal import SentryPropertyList

/// A document while somebody works on it: read as far as it can be, with what is wrong, and its rules as an outline, whatever is
/// wrong with them.
public struct DraftDocument: Sendable {
  public let document: RuleDocument
  /// In document order; empty if there is no tree to be seen.
  public let rules: [OutlinedRule]

  public init(reading bytes: [UInt8], fileName: String) {
    var root: PropertyListNode?
    document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    rules = root.map { OutlinedRule.all(in: $0, limit: DocumentLimits().rules(inBytes: bytes.count)) } ?? []
  }

  /// The number of the rule that a finding is in, the innermost; `nil` for one that is in none.
  public func rule(of finding: Diagnostic) -> String? {
    guard finding.path == nil else { return nil }
    var (low, high) = (0, rules.count)
    while low < high {
      let middle = (low + high) / 2
      if rules[middle].range.lowerBound <= finding.range.lowerBound { low = middle + 1 } else { high = middle }
    }
    var index = low - 1
    while index >= 0 {
      if finding.range.lowerBound < rules[index].range.upperBound { return rules[index].number }
      index = rules[index].parent
    }
    return nil
  }
}

/// One rule as an outline shows it.
public struct OutlinedRule: Sendable, Equatable {
  /// `2.3.1`: its place.
  public var number: String
  public var name: String
  /// Its own switch.
  public var isEnabled: Bool
  /// It and all above it are enabled.
  public var isOn: Bool
  /// By today's name; as written where it has none.
  public var property: String
  public var relation: String
  public var value: String
  /// By today's name; as written where it has none.
  public var action: String
  public var parameter: String
  /// 0 at the top level.
  public var depth: Int
  /// Rules right below it.
  public var childCount = 0
  /// The index of the rule above; -1 at the top level.
  var parent: Int
  /// In the text; empty in binary documents.
  var range: Range<Int>
}

extension OutlinedRule {
  /// Of rules that were read without errors.
  public static func all(of ruleSet: RuleSet) -> [OutlinedRule] {
    var outline: [OutlinedRule] = []
    outline.reserveCapacity(ruleSet.rules.count)
    for rule in ruleSet.rules {
      let isBelowOn = rule.parent < 0 || outline[rule.parent].isOn
      outline.append(
        OutlinedRule(
          number: rule.number, name: rule.name, isEnabled: rule.isEnabled, isOn: rule.isEnabled && isBelowOn,
          property: rule.property.name, relation: rule.relation.name, value: rule.value, action: rule.action.name,
          parameter: rule.parameter, depth: rule.depth, parent: rule.parent, range: 0..<0))
      if rule.parent >= 0 { outline[rule.parent].childCount += 1 }
    }
    return outline
  }

  /// - Parameter limit: further rules are left out.
  static func all(in root: PropertyListNode, limit: Int) -> [OutlinedRule] {
    guard let layout = RootLayout(of: root) else { return [] }
    var votes = NumberingVotes()
    var walk = RuleWalk(layout, of: root)
    var count = 0
    while count < limit, let rule = walk.next() {
      votes.add(rule.fields)
      count += 1
    }
    var outliner = RuleOutliner(votes)
    walk = RuleWalk(layout, of: root)
    for _ in 0..<count {
      guard let rule = walk.next() else { break }
      outliner.add(rule)
    }
    return outliner.rules
  }
}

/// Puts an outline together, rule by rule.
private struct RuleOutliner {
  private(set) var rules: [OutlinedRule] = []
  private let votes: NumberingVotes
  /// The indices of the latest rule and those above it.
  private var lineage: [Int] = []

  init(_ votes: NumberingVotes) { self.votes = votes }

  mutating func add(_ raw: RawRule) {
    lineage.removeLast(max(0, lineage.count - raw.depth))
    let parent = lineage.last ?? -1
    let fields = raw.fields
    let isEnabled = fields[.enabled]?.isOn ?? false
    let above = parent < 0 ? nil : rules[parent]
    rules.append(
      OutlinedRule(
        number: above.map { "\($0.number).\(raw.position)" } ?? "\(raw.position)", name: text(fields[.nodeName]),
        isEnabled: isEnabled, isOn: isEnabled && above?.isOn != false,
        property: word(fields.property, in: .properties, votes.properties.winner, AnyProperty.name),
        relation: word(fields.relation, in: .relations, .newest, Relation.equal.name),
        value: text(fields[.propertyValue]),
        action: word(fields.action, in: .actions, votes.actions.winner, NextLevelAction.name),
        parameter: text(fields[.parameter]), depth: raw.depth, parent: parent, range: raw.node.place.range))
    if parent >= 0 { rules[parent].childCount += 1 }
    lineage.append(rules.count - 1)
  }

  private func text(_ node: PropertyListNode?) -> String { node?.text ?? "" }

  /// What a name or a number stands for; as written where nothing is known of it.
  private func word<Item>(
    _ field: NamedField, in table: NameTable<Item>, _ generation: Generation, _ standard: String
  ) -> String {
    if let word = field.word, let entry = table.entry(named: word) { return entry.name }
    guard let code = field.code else { return field.word ?? standard }
    return table.entry(numbered: code, in: generation)?.name ?? field.word ?? "\(code)"
  }
}
