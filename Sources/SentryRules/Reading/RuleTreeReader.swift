internal import SentryDiagnostics
internal import SentryPropertyList

/// One rule's dictionary with its place in the tree, not judged yet.
struct RawRule: Sendable {
  let node: PropertyListNode
  /// Its place among its siblings, counting from 1; the last part of its number.
  let position: Int
  /// Index in document order; -1 at the top level.
  let parent: Int
  let depth: Int
  fileprivate(set) var subtreeEnd: Int
}

/// Flattens the dictionaries of rules into document order, and numbers them by position.
struct RuleTreeReader {
  private(set) var rules: [RawRule] = []
  /// Which generation's numbers the rules use.
  private(set) var votes = NumberingVotes()
  /// The lists being read, the innermost last.
  private var open: [OpenList] = []

  private struct OpenList {
    var elements: PropertyListElements.Iterator
    /// Index in document order; -1 at the top level.
    let parent: Int
    var count = 0
  }

  /// `node` is the array of rules 1, 2, 3 …
  mutating func read(listAt node: PropertyListNode, into findings: inout Findings) {
    open(node, named: RootKey.rules, parent: -1, into: &findings)
    readOpenLists(into: &findings)
  }

  /// `node` is the classic root rule, which is not a rule itself.
  mutating func read(childrenOf node: PropertyListNode, into findings: inout Findings) {
    if node.isMissing { return }
    guard node.kind == .dictionary else {
      return findings.add(.wrongType(of: RootKey.classicTable, expected: "a dictionary", at: node.place))
    }
    guard let children = node[RuleKey.children.rawValue] else { return }
    open(children, named: RuleKey.children.rawValue, parent: -1, into: &findings)
    readOpenLists(into: &findings)
  }

  /// `node` is rule 1. It may stand without braces.
  mutating func read(single node: PropertyListNode, into findings: inout Findings) {
    append(node, position: 1, parent: -1, into: &findings)
    readOpenLists(into: &findings)
  }

  private mutating func readOpenLists(into findings: inout Findings) {
    while let innermost = open.indices.last {
      guard let node = open[innermost].elements.next() else {
        let parent = open.removeLast().parent
        if parent >= 0 { rules[parent].subtreeEnd = rules.count }
        continue
      }
      open[innermost].count += 1
      if node.isMissing { continue }
      append(node, position: open[innermost].count, parent: open[innermost].parent, into: &findings)
    }
  }

  private mutating func append(_ node: PropertyListNode, position: Int, parent: Int, into findings: inout Findings) {
    guard node.kind == .dictionary else {
      let number = (numbers(from: parent) + [position]).map { "\($0)" }.joined(separator: ".")
      return findings.add(.wrongType(of: "rule \(number)", expected: "a dictionary", at: node.place))
    }
    let index = rules.count
    let depth = parent < 0 ? 0 : rules[parent].depth + 1
    rules.append(RawRule(node: node, position: position, parent: parent, depth: depth, subtreeEnd: index + 1))
    let fields = RuleFields(of: node)
    votes.add(fields)
    for entry in fields.unknown {
      findings.addOnce("rule key \(entry.key)", .unknownRuleKey(entry.key, at: entry.keyPlace))
    }
    if let children = fields[.children] {
      open(children, named: RuleKey.children.rawValue, parent: index, into: &findings)
    }
  }

  /// The parts of the number of the rule at `index`; none for -1.
  private func numbers(from index: Int) -> [Int] {
    var parts: [Int] = []
    var index = index
    while index >= 0 {
      parts.append(rules[index].position)
      index = rules[index].parent
    }
    return parts.reversed()
  }

  private mutating func open(
    _ node: PropertyListNode, named key: String, parent: Int, into findings: inout Findings
  ) {
    if node.isMissing { return }
    guard node.kind == .array else {
      return findings.add(.wrongType(of: key, expected: "an array", at: node.place))
    }
    open.append(OpenList(elements: node.elements.makeIterator(), parent: parent))
  }
}
