internal import SentryDiagnostics
internal import SentryPropertyList

/// Turns raw rules into checked ones.
///
/// A part of a rule that cannot be read gets its finding and a stand-in, so that one run finds everything: the
/// document will not run with it. Values that the property list's reader missed already (`isMissing`) have theirs.
struct RuleChecker {
  private let names: NameResolver
  private let rawRules: [RawRule]
  private let isClassic: Bool
  /// In document order, as far as read.
  private var rules: [Rule] = []
  private var contexts: [Context] = []

  /// What the rules below a rule know from those above.
  private struct Context {
    var isInGroup = false
    var isProtocolKnown = false
    /// Of rules that have some below them.
    var numberAbove: RulePosition.Parent?
  }

  /// - Parameter isClassic: The document is one of the classic program.
  static func check(_ tree: RuleTreeReader, isClassic: Bool, into findings: inout Findings) -> [Rule] {
    var checker = RuleChecker(tree, isClassic: isClassic)
    checker.rules.reserveCapacity(tree.rules.count)
    for raw in tree.rules { checker.check(raw, into: &findings) }
    return checker.rules
  }

  private init(_ tree: RuleTreeReader, isClassic: Bool) {
    names = NameResolver(tree.votes)
    rawRules = tree.rules
    self.isClassic = isClassic
  }

  private mutating func check(_ raw: RawRule, into findings: inout Findings) {
    check(RuleInHand(raw, below: raw.parent < 0 ? nil : contexts[raw.parent].numberAbove), into: &findings)
  }

  private mutating func check(_ raw: RuleInHand, into findings: inout Findings) {
    let fields = raw.fields
    let action = names.action(fields.action, at: raw.place, into: &findings) ?? NextLevelAction.self
    let parameter = label(fields[.parameter], .parameter, into: &findings)
    let rule = Rule(
      position: raw.number, name: label(fields[.nodeName], .nodeName, into: &findings),
      isEnabled: isEnabled(raw, into: &findings), condition: condition(of: raw, into: &findings) ?? .always,
      value: fields[.propertyValue]?.text ?? "",
      action: action, parameter: parameter, argument: argument(of: action, parameter, raw, into: &findings),
      parent: raw.parent, depth: raw.depth, subtreeEnd: raw.subtreeEnd, source: RuleSource(of: raw.node))
    let context = raw.parent < 0 ? Context() : contexts[raw.parent]
    warn(about: rule, raw, in: context, into: &findings)
    rules.append(rule)
    contexts.append(
      Context(
        isInGroup: context.isInGroup || rule.action.operation == .group,
        isProtocolKnown: context.isProtocolKnown || rule.condition.tellsProtocol,
        numberAbove: rule.subtreeEnd > rules.count ? RulePosition.Parent(rule.position) : nil))
  }

  private func isEnabled(_ raw: RuleInHand, into findings: inout Findings) -> Bool {
    guard let node = raw.fields[.enabled] else {
      let enabled = isClassic ? 0 : enabledChildren(of: rules.count)
      if enabled > 0 {
        findings.add(.disabledParent(raw.number.text, enabledChildren: enabled, at: raw.place))
      } else {
        findings.addOnce("enabled", .disabledByDefault(raw.number.text, at: raw.place))
      }
      return false
    }
    return node.isMissing ? false : node.readSwitch(RuleKey.enabled.rawValue, into: &findings) ?? false
  }

  private func enabledChildren(of index: Int) -> Int {
    var count = 0
    var child = index + 1
    while child < rawRules[index].subtreeEnd {
      if RuleFields(of: rawRules[child].node)[.enabled]?.isOn == true { count += 1 }
      child = rawRules[child].subtreeEnd
    }
    return count
  }

  /// A name or a parameter: any text.
  private func label(_ node: PropertyListNode?, _ key: RuleKey, into findings: inout Findings) -> String {
    guard let node else { return "" }
    if node.text == nil { findings.add(.ignoredType(of: key.rawValue, at: node.place)) }
    return node.text ?? ""
  }

  /// `none`, with a finding, if the action cannot use the parameter.
  private func argument(
    of action: any Action.Type, _ parameter: String, _ raw: RuleInHand, into findings: inout Findings
  ) -> ActionArgument {
    do {
      return try action.argument(of: parameter)
    } catch {
      let place = raw.fields[.parameter]?.place ?? raw.fields.action.place ?? raw.place
      findings.add(.badParameter(error, of: action.name, at: place))
      return .none
    }
  }

  /// `nil`, with a finding, if a part cannot be read.
  private func condition(of raw: RuleInHand, into findings: inout Findings) -> Condition? {
    let property = names.property(raw.fields.property, at: raw.place, into: &findings)
    let relation = names.relation(raw.fields.relation, at: raw.place, into: &findings)
    let value = raw.fields[.propertyValue]
    if let value, value.text == nil {
      findings.add(.wrongType(of: RuleKey.propertyValue.rawValue, expected: "text", at: value.place))
      return nil
    }
    guard let property, let relation, value?.isMissing != true else { return nil }
    let text = value?.text ?? ""
    do {
      return try Condition(property, relation, value: text)
    } catch {
      let place = value?.place ?? raw.fields.property.place ?? raw.place
      findings.add(.badValue(error, isMissing: Substring(text).trimmed.isEmpty, at: place))
      return nil
    }
  }

  /// What is no error, but hardly meant.
  private func warn(about rule: Rule, _ raw: RuleInHand, in context: Context, into findings: inout Findings) {
    if rule.action.operation == .exitGroup, !context.isInGroup {
      findings.add(.exitGroupOutsideGroup(at: raw.fields.action.place ?? raw.place))
    }
    let relationPlace = raw.fields.relation.place ?? raw.place
    if rule.condition.isReadAsEqual {
      findings.add(.relationReadAsEqual(rule.condition, at: relationPlace))
    }
    if rule.relation == .notEqual, let needed = rule.property.precondition, !context.isProtocolKnown {
      findings.add(.negationMatchesOthers(rule.property.name, needed, at: relationPlace))
    }
  }
}

/// A raw rule while it is checked, with its entries read.
private struct RuleInHand {
  let fields: RuleFields
  let number: RulePosition
  private let raw: RawRule

  init(_ raw: RawRule, below parent: RulePosition.Parent?) {
    self.raw = raw
    fields = RuleFields(of: raw.node)
    number = RulePosition(raw.position, below: parent)
  }

  var node: PropertyListNode { raw.node }
  var parent: Int { raw.parent }
  var depth: Int { raw.depth }
  var subtreeEnd: Int { raw.subtreeEnd }

  /// For findings about the rule as a whole: its opening brace or tag, where there is one.
  var place: Diagnostic.Place { node.opening.map { Diagnostic.Place(range: $0) } ?? node.place }
}

extension RuleSource {
  /// `nil` for binary documents.
  init?(of node: PropertyListNode) {
    guard let opening = node.opening, let range = node.wholeRange else { return nil }
    self.init(range: range, afterBrace: opening.upperBound, openingComment: node.syntax?.openingComment)
  }
}
