internal import SentryPropertyList

/// A document in another form.
public enum DocumentConversion: String, Sendable, CaseIterable {
  case text, xml, binary, classic

  /// The same rules, settings, interfaces and other keys in this form. Comments are `FormattedDocument`'s matter.
  ///
  /// - Throws: if the form cannot hold a text, such as a control character in XML.
  public func bytes(of ruleSet: RuleSet) throws(EditError) -> [UInt8] {
    do {
      switch self {
      case .text: return Array(CanonicalDocument.text(of: ruleSet).utf8)
      case .xml: return try DocumentValue.current(ruleSet).xml()
      case .binary: return try DocumentValue.current(ruleSet).binary()
      case .classic: return Array(ClassicForm.document(of: ruleSet).utf8)
      }
    } catch {
      throw EditError("the document cannot be written in this form: \(error)")
    }
  }
}
