internal import SentryDiagnostics
internal import SentryPropertyList

/// One rule's dictionary with its place in the tree, not judged yet.
struct RawRule {
  let node: PropertyListNode
  let fields: RuleFields
  /// Its place among its siblings, counting from 1; the last part of its number.
  let position: Int
  /// 0 at the top level.
  let depth: Int

  /// For findings about the rule as a whole: its opening brace or tag, where there is one.
  var place: Diagnostic.Place { node.opening.map { Diagnostic.Place(range: $0) } ?? node.place }
}

/// Goes through the dictionaries of a document's rules, in document order and without recursion. Nothing is kept of those
/// that have been: a second walk costs less than that.
struct RuleWalk {
  /// The lists being read, the innermost last.
  private var open: [OpenList] = []
  /// The root, where it is rule 1 itself.
  private var loneRule: PropertyListNode?

  private struct OpenList {
    var elements: PropertyListElements.Iterator
    /// Of the element read last, counting from 1.
    var position = 0
  }

  /// What is no rule, or no list, though it stands in the place of one.
  typealias Report = (@autoclosure () -> Diagnostic) -> Void

  init(_ layout: RootLayout, of root: PropertyListNode, report: Report = { _ in }) {
    switch layout {
    case .list: open(root, named: RootKey.rules, report)
    case .singleRule:
      // The only one of a list that is not there.
      loneRule = root
      open.append(OpenList(elements: root.elements, position: 1))
    case .rules(let list): open(list, named: RootKey.rules, report)
    case .classicTable(let table): open(childrenOf: table, report)
    case .rootIsTable: open(childrenOf: root, report)
    }
  }

  /// The next rule; `nil` after the last.
  mutating func next(report: Report = { _ in }) -> RawRule? {
    if let rule = loneRule.take() { return enter(rule, report) }
    while let innermost = open.indices.last {
      guard let node = open[innermost].elements.next() else {
        open.removeLast()
        continue
      }
      open[innermost].position += 1
      if node.isMissing { continue }
      if node.kind == .dictionary { return enter(node, report) }
      report(.wrongType(of: "rule \(number)", expected: "a dictionary", at: node.place))
    }
    return nil
  }

  private mutating func enter(_ node: PropertyListNode, _ report: Report) -> RawRule {
    let rule = RawRule(
      node: node, fields: RuleFields(of: node), position: open.last?.position ?? 1, depth: open.count - 1)
    if let children = rule.fields[.children] { open(children, named: RuleKey.children.rawValue, report) }
    return rule
  }

  /// `node` is the classic root rule, which is not a rule itself.
  private mutating func open(childrenOf node: PropertyListNode, _ report: Report) {
    if node.isMissing { return }
    guard node.kind == .dictionary else {
      return report(.wrongType(of: RootKey.classicTable, expected: "a dictionary", at: node.place))
    }
    if let children = node[RuleKey.children.rawValue] { open(children, named: RuleKey.children.rawValue, report) }
  }

  private mutating func open(_ node: PropertyListNode, named key: String, _ report: Report) {
    if node.isMissing { return }
    guard node.kind == .array else { return report(.wrongType(of: key, expected: "an array", at: node.place)) }
    open.append(OpenList(elements: node.elements.makeIterator()))
  }

  /// Of the element read last.
  private var number: String { open.map { "\($0.position)" }.joined(separator: ".") }
}
