package import SentryPropertyList

/// The form a document is written in.
public enum DocumentConversion: String, Sendable, CaseIterable {
  case text, xml, binary, classic

  /// The same rules, settings, interfaces and other keys in this form. Comments are `FormattedDocument`'s matter.
  ///
  /// - Throws: if the form cannot hold a text, such as a control character in XML.
  public func bytes(of ruleSet: RuleSet) throws(EditError) -> [UInt8] {
    let output = ByteOutput()
    try DocumentConverter(of: ruleSet, to: self).write(to: output)
    return output.bytes
  }
}

/// A document about to be written in another form.
package struct DocumentConverter {
  private let ruleSet: RuleSet
  private let form: DocumentConversion

  /// - Throws: if the form cannot hold a text, such as a control character in XML.
  package init(of ruleSet: RuleSet, to form: DocumentConversion) throws(EditError) {
    if form == .xml {
      do { try CurrentDocument(ruleSet: ruleSet).checkWritableAsXML() } catch {
        throw EditError("the document cannot be written in this form: \(error)")
      }
    }
    self.ruleSet = ruleSet
    self.form = form
  }

  /// Writes it piece by piece.
  package func write(to output: ByteOutput) {
    switch form {
    case .text: CanonicalDocument.write(ruleSet, to: output)
    // Was checked.
    case .xml: try? CurrentDocument(ruleSet: ruleSet).writeXML(to: output)
    case .binary: CurrentDocument(ruleSet: ruleSet).writeBinary(to: output)
    case .classic: ClassicForm.write(ruleSet, to: output)
    }
  }
}
