internal import SentryPropertyList

/// What a new rule says.
public struct NewRule: Sendable {
  public var name = ""
  public var isEnabled = true
  public var property = AnyProperty.name
  public var relation = Relation.equal.name
  public var value = ""
  public var action = NextLevelAction.name
  public var parameter = ""

  public init() {}

  /// One line of text, without a number.
  fileprivate func text(hasNumber: Bool) -> String {
    var entries: [WrittenEntry] = []
    if !name.isEmpty { entries.append(WrittenEntry(.nodeName, name)) }
    entries.append(WrittenEntry(.enabled, isEnabled ? "1" : "0"))
    entries.append(WrittenEntry(.propertyName, property))
    if relation != Relation.equal.name { entries.append(WrittenEntry(.relationName, relation)) }
    if !value.isEmpty { entries.append(WrittenEntry(.propertyValue, value)) }
    if action != NextLevelAction.name { entries.append(WrittenEntry(.filterActionName, action)) }
    if !parameter.isEmpty { entries.append(WrittenEntry(.parameter, parameter)) }
    return "( {" + (hasNumber ? " /* 1 */" : "") + entries.map { " " + $0.text }.joined() + " } )"
  }
}

extension EditableDocument {
  /// Puts one new rule into the document. Into a rule with children it takes the place of the first child, which becomes
  /// its own child; into one without, it is the only one.
  ///
  /// - Throws: also what is wrong with the new rule.
  public func insert(_ rule: NewRule, _ target: EditTarget) throws(EditError) -> EditedDocument {
    if let number = target.number { _ = try outline.rule(number) }
    let text = rule.text(hasNumber: writesNumbers)
    let snippet = try Snippet(reading: Array(text.utf8), fileName: "the new rule")
    var plan = EditPlan()
    if case .into(let parent) = target, try outline.count(below: parent) > 0 {
      plan.remove([parent.child(1)])
      plan.insert([.wrapping(0, parent.child(1))], of: snippet, at: try slot(target))
    } else {
      plan.insert([.new(0)], of: snippet, at: try slot(target))
    }
    return try edited(by: plan)
  }

  /// The first rule has its number in a comment.
  private var writesNumbers: Bool {
    let first = outline.isSingleRule ? outline.root : outline.topList?.elements.first { _ in true }
    return first?.syntax.map(NumberMarks.hasComment) ?? false
  }
}
