extension EditableDocument {
  /// Puts the rules of a snippet into the document, in their order.
  public func paste(_ snippet: Snippet, _ target: EditTarget) throws(EditError) -> EditedDocument {
    if let number = target.number { _ = try outline.rule(number) }
    var plan = EditPlan()
    plan.insert((0..<snippet.count).map { .new($0) }, of: snippet, at: try slot(target))
    return try edited(by: plan)
  }
}
