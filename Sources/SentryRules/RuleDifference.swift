// How two documents differ, rule by rule, settings and interfaces too.
//
// Rules are paired list by list, from the top: equal ones first, then those of the same name, then those that are equal
// but for it, then those between the same neighbours that still have most in common. What is left on both sides and is
// equal with everything below it, the names apart if need be, has moved. A rule whose number changed only because others
// came or went before it has not.

internal import Algorithms
internal import SentryPropertyList

/// The difference between two documents.
public struct RuleDifference: Sendable, Equatable {
  public struct Field: Sendable, Equatable, Encodable {
    public var field: String
    public var old: String
    public var new: String
  }

  public enum Kind: String, Sendable, Encodable {
    case added, removed, changed, moved
  }

  public struct RuleChange: Sendable, Equatable, Encodable {
    public var kind: Kind
    /// The number before; `nil` for an added rule.
    public var old: String?
    /// The number after; `nil` for a removed rule.
    public var new: String?
    public var name: String
    /// What the rule does, for people: `Dest port == 23 Delete`.
    public var summary: String
    /// What changed; of a moved rule, too.
    public var fields: [Field]
  }

  /// In the order of the new document, removed ones where they stood.
  public private(set) var rules: [RuleChange] = []
  public private(set) var settings: [Field] = []
  /// One for each switch; an interface that came or went has one field `interface`.
  public private(set) var interfaces: [Field] = []
  /// Lists that are followed, by their names, and other keys of the root; of an array a field for each element that differs,
  /// `tests[3]`, counting from 1.
  public private(set) var other: [Field] = []

  public var isEmpty: Bool { rules.isEmpty && settings.isEmpty && interfaces.isEmpty && other.isEmpty }

  public init(from old: RuleSet, to new: RuleSet) {
    rules = RuleMatching(old: old, new: new).changes
    settings = Self.fields(old.settings.entries, new.settings.entries, missing: "default")
    other =
      ListDifference.fields(old.lists, new.lists)
      + Self.fields(old.entriesBesidesLists, new.entriesBesidesLists, missing: "none")
    interfaces = Self.fields(old.interfaces, new.interfaces)
  }

  fileprivate static func fields(_ old: [RootEntry], _ new: [RootEntry], missing: String) -> [Field] {
    let before = Dictionary(old.map { ($0.key, $0.content) }) { first, _ in first }
    let after = Dictionary(new.map { ($0.key, $0.content) }) { first, _ in first }
    let keys = old.map(\.key) + new.map(\.key).filter { before[$0] == nil }
    return keys.flatMap { key in
      if let old = before[key]?.elements, let new = after[key]?.elements {
        return fields(key, old, new, missing: missing)
      }
      let texts = [before[key], after[key]].map { $0?.text ?? missing }
      return texts[0] == texts[1] ? [] : [Field(field: key, old: texts[0], new: texts[1])]
    }
  }

  /// Between what two arrays have in common at their beginning and at their end, their elements are compared one by one.
  private static func fields(
    _ key: String, _ old: AnyIterator<RootEntry.Content>, _ new: AnyIterator<RootEntry.Content>, missing: String
  ) -> [Field] {
    var start = 0
    var (first, second) = (old.next(), new.next())
    while let a = first, let b = second, a.text == b.text {
      start += 1
      (first, second) = (old.next(), new.next())
    }
    let (olds, news) = ([first].compactMap(\.self) + old, [second].compactMap(\.self) + new)
    let end = zip(olds.reversed(), news.reversed()).lazy.prefix { $0.text == $1.text }.reduce(0) { count, _ in count + 1
    }
    return (0..<max(olds.count, news.count) - end).compactMap { index in
      let before = index < olds.count - end ? olds[index].text : missing
      let after = index < news.count - end ? news[index].text : missing
      return before == after ? nil : Field(field: "\(key)[\(start + index + 1)]", old: before, new: after)
    }
  }

  private static func fields(_ old: [InterfaceEntry], _ new: [InterfaceEntry]) -> [Field] {
    var fields: [Field] = []
    for entry in old {
      guard let other = new.first(where: { $0.name == entry.name }) else {
        fields.append(Field(field: "interface", old: entry.name, new: "none"))
        continue
      }
      for (name, path) in switches where entry[keyPath: path] != other[keyPath: path] {
        fields.append(
          Field(field: "\(entry.name) \(name)", old: digit(entry[keyPath: path]), new: digit(other[keyPath: path])))
      }
    }
    let names = Set(old.map(\.name))
    return fields + new.filter { !names.contains($0.name) }.map { Field(field: "interface", old: "none", new: $0.name) }
  }

  private static var switches: [(String, KeyPath<InterfaceEntry, Bool>)] {
    [("filters", \.isFiltered), ("external", \.isExternal), ("bridge", \.isBridged)]
  }

  private static func digit(_ isOn: Bool) -> String { isOn ? "1" : "0" }
}

/// Which rules of two rule sets are the same.
private struct RuleMatching {
  private let old: RuleSet
  private let new: RuleSet
  private let unknownKeys: (old: UnknownRuleKeys, new: UnknownRuleKeys)
  /// For each old rule its partner, and the reverse; -1 for none.
  private var newOf: [Int]
  private var oldOf: [Int]
  /// New rules that stand elsewhere than their partners did.
  private var moved: Set<Int> = []

  init(old: RuleSet, new: RuleSet) {
    self.old = old
    self.new = new
    unknownKeys = (UnknownRuleKeys(of: old), UnknownRuleKeys(of: new))
    newOf = Array(repeating: -1, count: old.rules.count)
    oldOf = Array(repeating: -1, count: new.rules.count)
    pairLists()
    pairMoved { Content($0) }
    pairMoved { $0.isDistinct ? Content($0, isNamed: false) : Content($0) }
  }

  private mutating func pair(_ a: Int, _ b: Int) {
    newOf[a] = b
    oldOf[b] = a
  }

  // MARK: Lists

  private mutating func pairLists() {
    var waiting = [(-1, -1)]
    while let (a, b) = waiting.popLast() {
      let (olds, news) = (Array(old.children(of: a)), Array(new.children(of: b)))
      pairBy(olds, news) { Content($0, withSwitch: true) }
      pairBy(olds, news) { Content($0) }
      pairBy(olds, news) { $0.name.isEmpty ? nil : $0.name }
      pairBy(olds, news) { $0.isDistinct ? Content($0, isNamed: false) : nil }
      pairBetweenNeighbours(olds, news)
      noteMoves(olds)
      waiting += olds.filter { newOf[$0] >= 0 }.map { ($0, newOf[$0]) }
    }
  }

  /// Pairs what is not paired yet and has the same key, in order.
  private mutating func pairBy<Key: Hashable>(_ olds: [Int], _ news: [Int], _ key: (Rule) -> Key?) {
    var waiting: [Key: [Int]] = [:]
    for b in news.reversed() where oldOf[b] < 0 {
      if let key = key(new.rules[b]) { waiting[key, default: []].append(b) }
    }
    for a in olds where newOf[a] < 0 {
      guard let key = key(old.rules[a]), let b = waiting[key]?.popLast() else { continue }
      pair(a, b)
    }
  }

  private mutating func pairBetweenNeighbours(_ olds: [Int], _ news: [Int]) {
    let staying = stayingPartners(of: olds)
    var (gap, next) = ([Int](), 0)
    for a in olds {
      if newOf[a] < 0 { gap.append(a) }
      guard staying.contains(newOf[a]), let position = position(of: newOf[a], in: news) else { continue }
      pairAlike(gap, news[next..<position].filter { oldOf[$0] < 0 })
      (gap, next) = ([], position + 1)
    }
    pairAlike(gap, news[next...].filter { oldOf[$0] < 0 })
  }

  /// In order, and with as few left out as a look a little ahead on both sides can tell.
  private mutating func pairAlike(_ olds: [Int], _ news: [Int]) {
    var (olds, news) = (olds[...], news[...])
    func areAlike(_ a: Int, _ b: Int) -> Bool {
      guard let a = olds.dropFirst(a).first, let b = news.dropFirst(b).first else { return false }
      return old.rules[a].isLike(new.rules[b])
    }
    while !olds.isEmpty, !news.isEmpty {
      let distance = (0..<Self.lookahead).first { areAlike(0, $0) || areAlike($0, 0) }
      if let distance {
        let leavesOutNew = areAlike(0, distance)
        if !leavesOutNew { olds.removeFirst(distance) } else { news.removeFirst(distance) }
        pair(olds.removeFirst(), news.removeFirst())
      } else {
        olds.removeFirst()
        news.removeFirst()
      }
    }
  }

  private static let lookahead = 32

  /// In a list of siblings, which ascends.
  private func position(of index: Int, in siblings: [Int]) -> Int? {
    let position = siblings.partitioningIndex { $0 >= index }
    return position < siblings.count && siblings[position] == index ? position : nil
  }

  private mutating func noteMoves(_ olds: [Int]) {
    let staying = stayingPartners(of: olds)
    moved.formUnion(olds.map { newOf[$0] }.filter { $0 >= 0 && !staying.contains($0) })
  }

  /// Siblings that kept their order are a longest ascending run; the others have moved.
  private func stayingPartners(of olds: [Int]) -> Set<Int> {
    Set(longestAscending(olds.map { newOf[$0] }.filter { $0 >= 0 }))
  }

  private func longestAscending(_ numbers: [Int]) -> [Int] {
    var tails: [Int] = []  // indices into `numbers`: the least end of a run of each length
    var previous = Array(repeating: -1, count: numbers.count)
    for (index, number) in numbers.enumerated() {
      let length = tails.partitioningIndex { numbers[$0] >= number }
      if length > 0 { previous[index] = tails[length - 1] }
      if length == tails.count { tails.append(index) } else { tails[length] = index }
    }
    var run: [Int] = []
    var index = tails.last ?? -1
    while index >= 0 {
      run.append(numbers[index])
      index = previous[index]
    }
    return run
  }

  // MARK: Moves between lists

  /// What is not paired and is equal to something not paired elsewhere, with all below it.
  private mutating func pairMoved(by content: (Rule) -> Content) {
    var waiting: [SubtreeContent: [Int]] = [:]
    for b in new.rules.indices.reversed() where oldOf[b] < 0 {
      waiting[contents(of: b, in: new, content), default: []].append(b)
    }
    for a in old.rules.indices where newOf[a] < 0 {
      guard let b = waiting[contents(of: a, in: old, content)]?.popLast() else { continue }
      guard oldOf[b] < 0 else { continue }
      moved.insert(b)
      for offset in 0..<old.rules[a].subtreeEnd - a where newOf[a + offset] < 0 && oldOf[b + offset] < 0 {
        pair(a + offset, b + offset)
      }
    }
  }

  /// Of a rule and those below it. Long subtrees are known by their beginning; their rules are compared one by one.
  private func contents(of index: Int, in ruleSet: RuleSet, _ content: (Rule) -> Content) -> SubtreeContent {
    let end = ruleSet.rules[index].subtreeEnd
    return SubtreeContent(start: ruleSet.rules[index..<min(end, index + 64)].map(content), count: end - index)
  }

  // MARK: What came of it

  /// In the order of the new document, removed ones before what followed them.
  var changes: [RuleDifference.RuleChange] {
    var changes: [RuleDifference.RuleChange] = []
    var reported = 0
    for (index, rule) in new.rules.enumerated() {
      let partner = oldOf[index]
      if partner >= 0, !moved.contains(index) {
        changes += removals(reported..<max(reported, partner))
        reported = max(reported, partner + 1)
      }
      if partner < 0 {
        changes.append(change(.added, nil, rule, fields: []))
      } else {
        let fields =
          old.rules[partner].differences(to: rule)
          + RuleDifference.fields(unknownKeys.old[partner], unknownKeys.new[index], missing: "none")
        let kind: RuleDifference.Kind = moved.contains(index) ? .moved : .changed
        if kind == .moved || !fields.isEmpty {
          changes.append(change(kind, old.rules[partner].number, rule, fields: fields))
        }
      }
    }
    return changes + removals(reported..<max(reported, old.rules.count))
  }

  private func removals(_ range: Range<Int>) -> [RuleDifference.RuleChange] {
    range.filter { newOf[$0] < 0 }.map { index in
      let rule = old.rules[index]
      return .init(
        kind: .removed, old: rule.number, new: nil, name: rule.name, summary: rule.summary, fields: [])
    }
  }

  private func change(
    _ kind: RuleDifference.Kind, _ number: String?, _ rule: Rule, fields: [RuleDifference.Field]
  ) -> RuleDifference.RuleChange {
    .init(kind: kind, old: number, new: rule.number, name: rule.name, summary: rule.summary, fields: fields)
  }
}

/// What a rule says, as something to look it up by.
private struct Content: Hashable {
  let rule: Rule
  let withSwitch: Bool
  let isNamed: Bool

  init(_ rule: Rule, withSwitch: Bool = false, isNamed: Bool = true) {
    self.rule = rule
    self.withSwitch = withSwitch
    self.isNamed = isNamed
  }

  func hash(into hasher: inout Hasher) {
    for part in [rule.property.name, rule.relation.name, rule.value, rule.action.name, rule.parameter] {
      hasher.combine(part)
    }
    if isNamed { hasher.combine(rule.name) }
    if withSwitch { hasher.combine([rule.isEnabled, rule.isObserved]) }
  }

  static func == (a: Content, b: Content) -> Bool {
    (a.isNamed ? a.rule.saysTheSame(as: b.rule) : a.rule.doesTheSame(as: b.rule))
      && (!a.withSwitch || a.rule.isEnabled == b.rule.isEnabled && a.rule.isObserved == b.rule.isObserved)
  }
}

/// The entries of rules that mean nothing, by the index of the rule.
private struct UnknownRuleKeys {
  private var entries: [Int: [RootEntry]] = [:]

  init(of ruleSet: RuleSet) {
    guard let root = ruleSet.rootWithUnknownKeys, let layout = RootLayout(of: root) else { return }
    var walk = RuleWalk(layout, of: root)
    var index = 0
    while let rule = walk.next() {
      if rule.fields.hasUnknown {
        entries[index] = rule.node.entries.filter { RuleKey($0) == nil }.map {
          RootEntry(key: $0.key, content: .node($0.value))
        }
      }
      index += 1
    }
  }

  subscript(rule: Int) -> [RootEntry] { entries[rule] ?? [] }
}

/// The beginning of a subtree, and its size.
private struct SubtreeContent: Hashable {
  let start: [Content]
  let count: Int
}

extension Rule {
  fileprivate var summary: String {
    let test = property.needsValue ? "\(property.name) \(relation.name) \(value)" : property.name
    return "\(test) \(action.name)"
  }

  /// Says more than that everything passes on: what can be told from others without its name.
  fileprivate var isDistinct: Bool { property != AnyProperty.self || action.operation != .next }

  /// Differs in at most two of what it says, the name apart.
  fileprivate func isLike(_ other: Rule) -> Bool {
    let same = [
      property.name == other.property.name, value == other.value && !value.isEmpty, action.name == other.action.name,
      parameter == other.parameter && !parameter.isEmpty, relation == other.relation,
    ]
    return same.count { $0 } >= 3 || property.name == other.property.name && action.name == other.action.name
  }

  fileprivate func differences(to other: Rule) -> [RuleDifference.Field] {
    let pairs: [(RuleKey, String, String)] = [
      (.nodeName, name, other.name), (.enabled, isEnabled ? "1" : "0", other.isEnabled ? "1" : "0"),
      (.observe, isObserved ? "1" : "0", other.isObserved ? "1" : "0"),
      (.propertyName, property.name, other.property.name), (.relationName, relation.name, other.relation.name),
      (.propertyValue, value, other.value), (.filterActionName, action.name, other.action.name),
      (.parameter, parameter, other.parameter),
    ]
    return pairs.filter { $0.1 != $0.2 }.map { .init(field: $0.0.rawValue, old: $0.1, new: $0.2) }
  }
}

extension PropertyListValue {
  /// On one line, and the same in whatever order dictionaries were written.
  fileprivate var comparable: String {
    text
      ?? CanonicalDocument.printer.print(inKeyOrder).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// With the keys of all dictionaries in alphabetical order.
  private var inKeyOrder: PropertyListValue {
    switch self {
    case .array(let elements): .array(elements.map(\.inKeyOrder))
    case .dictionary(let dictionary):
      .dictionary(
        PropertyListDictionary(
          dictionary.entries.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value.inKeyOrder) }))
    default: self
    }
  }
}

extension RootEntry.Content {
  fileprivate var text: String {
    switch self {
    case .value(let value): value.comparable
    case .node(let node): node.value.comparable
    }
  }

  /// Those of an array; `nil` for anything else.
  fileprivate var elements: AnyIterator<Self>? {
    switch self {
    case .value(.array(let elements)): AnyIterator(elements.lazy.map { .value($0) }.makeIterator())
    case .node(let node) where node.kind == .array:
      AnyIterator(node.elements.lazy.map { .node($0) }.makeIterator())
    case .value, .node: nil
    }
  }
}

extension RuleSet {
  fileprivate var entriesBesidesLists: [RootEntry] { keptEntries.filter { $0.key != RootKey.lists } }
}

extension Settings {
  fileprivate var entries: [RootEntry] { written.map { RootEntry(key: $0.key, content: .value($0.value)) } }
}
