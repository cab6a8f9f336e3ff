internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// What came of an edit of a draft.
struct DraftOutcome: Sendable {
  var result: EditedDocument
  /// `rule 2.1 disabled`.
  var change: String
  /// The rules that came in or moved.
  var inserted: [RuleNumber] = []
}

extension DraftEdit {
  /// Which of its forms are given, by the names that JSON has for them.
  var givenForms: [String] {
    let forms: [(String, Bool)] = [
      ("set", set != nil), ("delete", delete != nil), ("move", move != nil), ("paste", paste != nil),
      ("new", new != nil), ("switch", `switch` != nil),
    ]
    return forms.filter(\.1).map(\.0)
  }

  /// Carries out the form that is given.
  func carriedOut(on document: EditableDocument) throws(EditError) -> DraftOutcome {
    if let set { return try Self.set(set, in: document) }
    if let delete {
      let numbers = try document.rules(named: delete)
      return DraftOutcome(result: try document.delete(numbers), change: "\(numbers.named) deleted")
    }
    if let move {
      let numbers = try document.rules(named: move.rules)
      let result = try document.move(numbers, target(move.to, move.place, in: document))
      let change = result.changed.isEmpty ? "\(numbers.named) left in place" : "\(numbers.named) moved"
      return DraftOutcome(result: result, change: change, inserted: result.inserted)
    }
    if let paste {
      let snippet = try Snippet(reading: Array(paste.snippet.utf8), fileName: "snippet")
      let result = try document.paste(snippet, target(paste.to, paste.place, in: document))
      return DraftOutcome(
        result: result, change: "\(counted(snippet.ruleCount, "rule")) pasted", inserted: result.inserted)
    }
    if let new {
      var rule = NewRule()
      rule.isEnabled = false
      let result = try document.insert(rule, target(new.to, new.place, in: document))
      return DraftOutcome(result: result, change: "\(result.inserted.named) is new", inserted: result.inserted)
    }
    guard let `switch` else { return DraftOutcome(result: EditedDocument(bytes: try document.unchanged()), change: "") }
    let numbers = try document.rules(named: `switch`.rules)
    let result = try document.setEnabled(`switch`.enabled, numbers)
    return DraftOutcome(result: result, change: "\(numbers.named) \(`switch`.enabled ? "enabled" : "disabled")")
  }

  private static func set(_ set: Field, in document: EditableDocument) throws(EditError) -> DraftOutcome {
    let number = try document.rule(named: set.rule)
    guard let field = RuleField(rawValue: set.field) else {
      return DraftOutcome(result: EditedDocument(bytes: try document.unchanged()), change: "")
    }
    let result = try document.set(field, of: number, to: set.text)
    guard field != .enabled else {
      return DraftOutcome(result: result, change: "rule \(number) \(set.text == "1" ? "enabled" : "disabled")")
    }
    return DraftOutcome(result: result, change: "rule \(number): \(field.rawValue) '\(set.text)'")
  }

  private func target(
    _ rule: String?, _ place: Place?, in document: EditableDocument
  ) throws(EditError) -> EditTarget {
    guard let rule else { return .end }
    let number = try document.rule(named: rule)
    return switch place ?? .after {
    case .before: .before(number)
    case .after: .after(number)
    case .into: .into(number)
    }
  }
}
