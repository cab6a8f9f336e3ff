internal import SentryDiagnostics
internal import SentryPropertyList

/// Finds rules in a document by their places. Nothing is judged, so that a mistake elsewhere does not keep anybody from
/// editing.
struct RuleOutline: Sendable {
  let root: PropertyListNode
  let layout: RootLayout

  /// `nil` if the root cannot hold rules.
  init?(_ root: PropertyListNode) {
    guard let layout = RootLayout(of: root) else { return nil }
    self.root = root
    self.layout = layout
  }

  /// The array of rules 1, 2, 3 …; `nil` if there is none, and where the root itself is rule 1.
  var topList: PropertyListNode? {
    switch layout {
    case .list: root
    case .singleRule: nil
    case .rules(let list): list
    case .classicTable(let table): Self.list(below: table)
    case .rootIsTable: Self.list(below: root)
    }
  }

  /// The array of the rules right below `rule`; `nil` if it has none.
  static func list(below rule: PropertyListNode) -> PropertyListNode? {
    rule[RuleKey.children.rawValue].flatMap { $0.kind == .array ? $0 : nil }
  }

  func list(below number: RuleNumber) throws(EditError) -> PropertyListNode? {
    number == .root ? topList : Self.list(below: try rule(number))
  }

  /// - Throws: if there is no such rule; the message says what there is.
  func rule(_ number: RuleNumber) throws(EditError) -> PropertyListNode {
    var found = root
    for level in number.path.indices {
      let list = level == 0 ? topList : Self.list(below: found)
      let position = number.path[level]
      if level == 0, case .singleRule = layout, position == 1 { continue }
      guard let child = list?.elements.dropFirst(position - 1).first(where: { _ in true }) else {
        let here = RuleNumber(Array(number.path[...level]))
        let siblings = level == 0 && isSingleRule ? 1 : list?.count ?? 0
        throw .noSuchRule(here, found: siblings)
      }
      found = child
    }
    return found
  }

  var isSingleRule: Bool {
    if case .singleRule = layout { true } else { false }
  }

  /// How many rules stand right below `number`.
  func count(below number: RuleNumber) throws(EditError) -> Int {
    if number == .root, isSingleRule { return 1 }
    return try list(below: number)?.count ?? 0
  }

  /// The error about the first rule beyond `limit`; `nil` if there are no more than that.
  func oneRuleTooMany(within limit: Int) -> Diagnostic? {
    var walk = RuleWalk(layout, of: root)
    var count = 0
    while let rule = walk.next() {
      guard count < limit else { return .tooManyRules(limit: limit, at: rule.place) }
      count += 1
    }
    return nil
  }

  /// Calls `body` with every rule, in document order.
  func forEachRule(_ body: (RuleNumber, PropertyListNode) -> Void) {
    var open: [(number: RuleNumber, position: Int, rules: PropertyListElements)] = []
    if isSingleRule {
      body(RuleNumber([1]), root)
      if let list = Self.list(below: root) { open.append((RuleNumber([1]), 0, list.elements)) }
    } else if let topList {
      open.append((.root, 0, topList.elements))
    }
    while let innermost = open.indices.last {
      guard let rule = open[innermost].rules.next() else {
        open.removeLast()
        continue
      }
      open[innermost].position += 1
      let number = open[innermost].number.child(open[innermost].position)
      body(number, rule)
      if let list = Self.list(below: rule) { open.append((number, 0, list.elements)) }
    }
  }
}
