internal import SentryPropertyList

/// Carries a plan out in a document that is not text.
struct ValueRewriter {
  private let outline: RuleOutline
  private let plan: EditPlan
  private var arrival: (parent: RuleNumber, position: Int)?
  private var renumbering = Renumbering()

  /// The root after the edit, and the numbers that rules have then.
  static func rewrite(
    _ outline: RuleOutline, by plan: EditPlan
  ) throws(EditError) -> (root: EditedValue, outcome: EditOutcome) {
    var rewriter = ValueRewriter(outline: outline, plan: plan)
    let root = try rewriter.rewrittenRoot()
    let inserted =
      rewriter.arrival.map { arrival in plan.pieces.indices.map { arrival.parent.child(arrival.position + $0) } } ?? []
    rewriter.renumbering.note(plan.pieces, as: inserted)
    let outcome = EditOutcome(
      inserted: inserted, shifts: rewriter.renumbering.shifts(plan),
      orphans: OrphanedTest.all(in: outline.root, rewriter.renumbering, plan))
    return (rewriter.withTestsFollowing(root), outcome)
  }

  private init(outline: RuleOutline, plan: EditPlan) {
    self.outline = outline
    self.plan = plan
  }

  private mutating func rewrittenRoot() throws(EditError) -> EditedValue {
    let root = EditedValue.node(outline.root)
    let top = outline.isSingleRule ? [root] : outline.topList.map { EditedValue.node($0).elements } ?? []
    var position = 0
    let rules = try rewritten(top, below: .root, to: .root, from: &position)
    switch outline.layout {
    case .list: return .array(rules)
    case .singleRule: return rules.count == 1 ? rules[0] : .array(rules)
    case .rules: return root.setting(RootKey.rules, to: .array(rules))
    case .classicTable(let table):
      return root.setting(
        RootKey.classicTable, to: EditedValue.node(table).setting(RuleKey.children.rawValue, to: .array(rules)))
    case .rootIsTable: return root.setting(RuleKey.children.rawValue, to: .array(rules))
    }
  }

  private mutating func rewritten(
    _ rules: [EditedValue], below old: RuleNumber, to new: RuleNumber, from position: inout Int
  ) throws(EditError) -> [EditedValue] {
    var result: [EditedValue] = []
    for (index, rule) in rules.enumerated() {
      let number = old.child(index + 1)
      try insert(at: EditPlan.Slot(parent: old, index: index), to: new, from: &position, into: &result)
      if plan.removed.contains(number) {
        if plan.keepsChildren { result += try rewritten(rule.children, below: number, to: new, from: &position) }
        continue
      }
      position += 1
      result.append(try rewritten(rule, from: number, to: new.child(position)))
    }
    try insert(at: EditPlan.Slot(parent: old, index: rules.count), to: new, from: &position, into: &result)
    return result
  }

  private mutating func rewritten(
    _ rule: EditedValue, from old: RuleNumber, to new: RuleNumber
  ) throws(EditError) -> EditedValue {
    guard
      old != new || plan.touched.contains(old) || plan.switches.keys.contains(where: { $0.isWithin(old) })
        || plan.fields.keys.contains(where: { $0.isWithin(old) })
    else { return rule }
    var rule = rule
    if old != new {
      rule = rule.numbered(new)
      renumbering.note(old, new)
    }
    if let isOn = plan.switches[old] {
      rule = rule.setting(RuleKey.enabled.rawValue, to: .value(.integer(isOn ? 1 : 0)))
    }
    if let change = plan.fields[old] {
      if let number = change.field.numberKey { rule = rule.setting(number.rawValue, to: nil) }
      rule = rule.setting(change.field.key.rawValue, to: change.text.map { .value(.string($0)) })
    }
    var position = 0
    let children = try rewritten(rule.children, below: old, to: new, from: &position)
    let key = RuleKey.children.rawValue
    if children.isEmpty { return rule.children.isEmpty ? rule : rule.setting(key, to: nil) }
    return rule.setting(key, to: .array(children))
  }

  /// The tests of `root` go on naming the rules that they named before, except those that are gone.
  private func withTestsFollowing(_ root: EditedValue) -> EditedValue {
    let tests = root[RootKey.tests]?.elements ?? []
    guard !tests.isEmpty else { return root }
    return root.setting(RootKey.tests, to: .array(tests.map(following)))
  }

  private func following(_ test: EditedValue) -> EditedValue {
    var test = test
    if let old = test[TestKey.rule.rawValue]?.text.flatMap({ RuleNumber($0) }) {
      switch renumbering.fate(of: old, plan) {
      case .kept: break
      case .changed(let new): test = test.setting(TestKey.rule.rawValue, to: .value(.string("\(new)")))
      case .gone: test = test.setting(TestKey.rule.rawValue, to: nil)
      }
    }
    if let packets = test[TestKey.packets.rawValue]?.elements, !packets.isEmpty {
      test = test.setting(TestKey.packets.rawValue, to: .array(packets.map(following)))
    }
    return test
  }

  private mutating func insert(
    at slot: EditPlan.Slot, to new: RuleNumber, from position: inout Int, into result: inout [EditedValue]
  ) throws(EditError) {
    guard plan.slot == slot else { return }
    arrival = (new, position + 1)
    for piece in plan.pieces {
      position += 1
      result.append(try value(of: piece).renumbered(new.child(position)))
    }
  }

  private func value(of piece: EditPlan.Piece) throws(EditError) -> EditedValue {
    switch piece {
    case .new(let index): return .value(plan.snippet?.value(index) ?? .dictionary([:]))
    case .moved(let number): return .node(try outline.rule(number))
    case .wrapping(let index, let number):
      let rule = EditedValue.value(plan.snippet?.value(index) ?? .dictionary([:]))
      return rule.setting(RuleKey.children.rawValue, to: .array([.node(try outline.rule(number))]))
    }
  }
}

extension EditedValue {
  fileprivate var children: [EditedValue] { self[RuleKey.children.rawValue]?.elements ?? [] }

  /// With its own number, if it says one, corrected.
  fileprivate func numbered(_ number: RuleNumber) -> EditedValue {
    guard self[RuleKey.nodeNumber.rawValue] != nil else { return self }
    return setting(RuleKey.nodeNumber.rawValue, to: .value(.string("\(number)")))
  }

  /// The same, with all rules below.
  fileprivate func renumbered(_ number: RuleNumber) -> EditedValue {
    let rule = numbered(number)
    guard !rule.children.isEmpty else { return rule }
    let children = rule.children.enumerated().map { $1.renumbered(number.child($0 + 1)) }
    return rule.setting(RuleKey.children.rawValue, to: .array(children))
  }
}
