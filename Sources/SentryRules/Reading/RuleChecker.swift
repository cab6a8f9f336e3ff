internal import SentryDiagnostics
internal import SentryPropertyList

/// Turns raw rules into checked ones.
///
/// A part of a rule that cannot be read gets its finding and a stand-in, so that one run finds everything: the
/// document will not run with it. Values that the property list's reader missed already (`isMissing`) have theirs.
struct RuleChecker {
  private let names: NameResolver
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

  static func check(_ tree: RuleTreeReader, into findings: inout Findings) -> [Rule] {
    var checker = RuleChecker(tree)
    checker.rules.reserveCapacity(tree.rules.count)
    for raw in tree.rules { checker.check(raw, into: &findings) }
    return checker.rules
  }

  private init(_ tree: RuleTreeReader) {
    names = NameResolver(tree.votes)
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
      findings.addOnce("enabled", .disabledByDefault(raw.number.text, at: raw.place))
      return false
    }
    return node.isMissing ? false : node.readSwitch(RuleKey.enabled.rawValue, into: &findings) ?? false
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
    let place = raw.fields[.parameter]?.place ?? raw.fields.action.place ?? raw.place
    do {
      let argument = try action.argument(of: parameter)
      if let advice = action.advice(on: parameter) { findings.add(.oddValue(advice, at: place)) }
      return argument
    } catch {
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
      let condition = try Condition(property, relation, value: text)
      if let value, let advice = property.advice(on: Substring(text)) {
        findings.add(.oddValue(advice, at: value.place))
      }
      return condition
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
