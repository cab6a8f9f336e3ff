public import SentryDiagnostics

/// Why a document was not edited.
public struct EditError: Error, Sendable {
  /// Lower case; names what was asked for and what there is.
  public var message: String
  /// What is wrong with the text the edit was to read, if that is the reason.
  public var findings: [Diagnostic]
  /// What the findings refer to.
  public var source: SourceText?

  init(_ message: String, findings: [Diagnostic] = [], in source: SourceText? = nil) {
    self.message = message
    self.findings = findings
    self.source = source
  }
}

extension EditError {
  static func unreadable(_ findings: [Diagnostic], in source: SourceText) -> EditError {
    EditError("\(source.fileName) cannot be read; nothing was changed", findings: findings, in: source)
  }

  static func noSuchRule(_ number: RuleNumber, found siblings: Int) -> EditError {
    let above = number.parent
    let what = above == .root ? "the document" : "rule \(above)"
    let positions =
      switch siblings {
      case 0: above == .root ? "no rules" : "no rules below it"
      case 1: "rule \(above.child(1)) only"
      default: "rules \(above.child(1)) to \(above.child(siblings))"
      }
    return EditError("there is no rule \(number): \(what) has \(positions)")
  }

  static func noSuchName(_ name: String, nearest: String?) -> EditError {
    let hint = nearest.map { "; did you mean '\($0.visible)'?" } ?? ""
    return EditError("no rule is called '\(name.visible)'\(hint)")
  }

  static func ambiguousName(_ name: String, _ numbers: [RuleNumber]) -> EditError {
    let shown = numbers.prefix(8).map(\.description).joined(separator: ", ") + (numbers.count > 8 ? ", …" : "")
    return EditError("\(numbers.count) rules are called '\(name.visible)': \(shown); give a number")
  }

  static func badRange(_ text: some StringProtocol) -> EditError {
    EditError("'\(text)' is no range of rules: both ends are siblings, the lower one first, as 2.1-2.4 or 2.1-4")
  }

  static func moveIntoItself(_ number: RuleNumber, target: RuleNumber) -> EditError {
    number == target
      ? EditError("rule \(number) cannot be moved next to or into itself")
      : EditError("rule \(number) cannot be moved below itself, to \(target)")
  }
}
