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
  /// The rule read last and those above it, from the top level down.
  private var lineage: [Ancestor] = []
  /// Of the rule read last.
  private var lastContent: RuleContent?

  /// What the rules below a rule know of it and of those above.
  private struct Ancestor {
    let index: Int
    let position: RulePosition
    let isInGroup: Bool
    let isProtocolKnown: Bool
    /// There when the first rule below asks for it.
    lazy var shared = RulePosition.Parent(position)
  }

  static func check(_ walk: RuleWalk, _ survey: RuleSurvey, into findings: inout Findings) -> [Rule] {
    var checker = RuleChecker(survey)
    var walk = walk
    while let raw = walk.next() { checker.check(raw, into: &findings) }
    checker.endSubtrees()
    return checker.rules
  }

  private init(_ survey: RuleSurvey) {
    names = NameResolver(survey.votes)
    rules.reserveCapacity(survey.count)
  }

  private mutating func check(_ raw: RawRule, into findings: inout Findings) {
    lineage.removeLast(lineage.count - raw.depth)
    let above = lineage.isEmpty ? nil : lineage[lineage.count - 1].shared
    let position = RulePosition(raw.position, below: above)
    let fields = raw.fields
    let action = names.action(fields.action, at: raw.place, into: &findings) ?? NextLevelAction.self
    let parameter = label(fields[.parameter], .parameter, into: &findings)
    let name = label(fields[.nodeName], .nodeName, into: &findings)
    let isEnabled = isEnabled(raw, position, into: &findings)
    let content = shared(
      RuleContent(
        name: name, condition: condition(of: raw, into: &findings) ?? .always,
        value: fields[.propertyValue]?.text ?? "", action: action, parameter: parameter,
        argument: argument(of: action, parameter, raw, into: &findings)))
    warn(about: content, raw, into: &findings)
    let isObserved = fields[.observe].flatMap { $0.isMissing ? nil : $0 }.flatMap {
      $0.readSwitch(RuleKey.observe.rawValue, into: &findings)
    }
    append(content, raw, position, isEnabled: isEnabled, isObserved: isObserved ?? false)
  }

  /// The content of the rule before if it is the same.
  private mutating func shared(_ content: RuleContent) -> RuleContent {
    if let lastContent, lastContent == content { return lastContent }
    lastContent = content
    return content
  }

  private mutating func append(
    _ content: RuleContent, _ raw: RawRule, _ position: RulePosition, isEnabled: Bool, isObserved: Bool
  ) {
    let above = lineage.last
    lineage.append(
      Ancestor(
        index: rules.count, position: position,
        isInGroup: above?.isInGroup == true || content.action.operation == .group,
        isProtocolKnown: above?.isProtocolKnown == true || content.condition.tellsProtocol))
    rules.append(
      Rule(
        content, isEnabled: isEnabled, isObserved: isObserved, position: position, index: rules.count,
        parent: above?.index ?? -1, depth: raw.depth, source: RuleSource(of: raw.node)))
  }

  /// Tells the rules above how far their subtrees go: as far as that of the last rule in them.
  private mutating func endSubtrees() {
    for index in rules.indices.reversed() where rules[index].parent >= 0 {
      let parent = rules[index].parent
      rules[parent].subtreeEnd = max(rules[parent].subtreeEnd, rules[index].subtreeEnd)
    }
  }

  private func isEnabled(_ raw: RawRule, _ position: RulePosition, into findings: inout Findings) -> Bool {
    guard let node = raw.fields[.enabled] else {
      findings.addOnce("enabled", .disabledByDefault(position.text, at: raw.place))
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
    of action: any Action.Type, _ parameter: String, _ raw: RawRule, into findings: inout Findings
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
  private func condition(of raw: RawRule, into findings: inout Findings) -> Condition? {
    let property = names.property(raw.fields.property, at: raw.place, into: &findings)
    let relation = names.relation(raw.fields.relation, at: raw.place, into: &findings)
    let value = raw.fields[.propertyValue]
    if let value, value.text == nil {
      findings.add(.wrongType(of: RuleKey.propertyValue.rawValue, expected: "text", at: value.place))
      return nil
    }
    guard let property, let relation, value?.isMissing != true else { return nil }
    if property == AnyProperty.self, relation == .equal { return .always }
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
  private func warn(about content: RuleContent, _ raw: RawRule, into findings: inout Findings) {
    if content.action.operation == .exitGroup, lineage.last?.isInGroup != true {
      findings.add(.exitGroupOutsideGroup(at: raw.fields.action.place ?? raw.place))
    }
    let relationPlace = raw.fields.relation.place ?? raw.place
    let condition = content.condition
    if condition.isReadAsEqual { findings.add(.relationReadAsEqual(condition, at: relationPlace)) }
    if condition.relation == .notEqual, let needed = condition.property.precondition,
      lineage.last?.isProtocolKnown != true
    {
      findings.add(.negationMatchesOthers(condition.property.name, needed, at: relationPlace))
    }
  }
}

extension RuleSource {
  /// `nil` for binary documents.
  fileprivate init?(of node: PropertyListNode) {
    // A rule that is the document may stand without braces.
    let beginning = node.range.map { $0.lowerBound..<$0.lowerBound }
    guard let opening = node.opening ?? beginning else { return nil }
    self.init(opening: opening)
  }
}
