internal import SentryDiagnostics
internal import SentryPropertyList

extension EditableDocument {
  /// Writes one entry of a rule. What it says is not judged: also a value that its property does not take is written, for people
  /// change one entry after the other.
  ///
  /// - Parameter text: `1` or `0` for `enabled`; an empty one takes the entry out.
  /// - Throws: also where a number in the rule's place tells what numbers in other rules mean.
  public func set(_ field: RuleField, of number: RuleNumber, to text: String) throws(EditError) -> EditedDocument {
    let rule = try outline.rule(number)
    if field == .enabled {
      guard text == "1" || text == "0" else { throw EditError("'\(text.visible)' is no switch: it is 1 or 0") }
      return try setEnabled(text == "1", [number])
    }
    guard rule.kind == .dictionary else { throw EditError("rule \(number) is no dictionary") }
    let new = field.written(text)
    guard new != rule[field.key.rawValue]?.text || field.numberKey.map({ rule[$0.rawValue] != nil }) ?? false else {
      return EditedDocument(bytes: try unchanged())
    }
    var plan = EditPlan()
    plan.fields[number] = FieldChange(field: field, text: new)
    var result = try edited(by: plan)
    if field.numberKey.map({ rule[$0.rawValue] != nil }) ?? false { try checkMeaning(of: result, besides: number) }
    result.changed = [number]
    return result
  }

  /// Rules that have both a name and a number tell what the bare numbers of all others mean.
  private func checkMeaning(of result: EditedDocument, besides number: RuleNumber) throws(EditError) {
    let before = DraftDocument(reading: reading.source.bytes, fileName: name).rules
    let after = DraftDocument(reading: result.bytes, fileName: name).rules
    for (old, new) in zip(before, after) where old.number != number.description {
      guard old.property != new.property || old.action != new.action else { continue }
      throw EditError(
        "rule \(old.number) has only a number for its property or action, and what it means shows in rule \(number); "
          + "write the names first: sentry format --in-place")
    }
  }
}
