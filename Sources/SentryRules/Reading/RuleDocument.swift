public import SentryDiagnostics
internal import SentryPropertyList

/// A document as read: its findings, and its rule set unless one of them is an error.
public struct RuleDocument: Sendable {
  public enum Form: String, Sendable {
    case text, xml, binary
  }

  /// What the findings refer to.
  public let source: SourceText
  /// `nil`: not a property list at all.
  public let form: Form?
  /// In the order of their places.
  public let diagnostics: [Diagnostic]
  /// `nil` if a finding is an error: such a document never runs.
  public let ruleSet: RuleSet?

  /// Reads any bytes; never traps.
  public init(reading bytes: [UInt8], fileName: String = "document") {
    self.init(bytes, fileName: fileName) { _ in }
  }

  /// Hands over what was read to look at its text, too.
  init(
    _ bytes: [UInt8], fileName: String, limits: DocumentLimits = DocumentLimits(), root: (PropertyListNode) -> Void
  ) {
    let reading = PropertyList.read(bytes, fileName: fileName)
    var findings = Findings(reading.diagnostics)
    let ruleSet = reading.document.flatMap {
      RuleSetReader.read($0.root, size: bytes.count, within: limits, into: &findings)
    }
    source = reading.source
    form = reading.document.map { Form($0.format) }
    diagnostics = findings.inOrder
    self.ruleSet = diagnostics.hasErrors ? nil : ruleSet
    if let document = reading.document { root(document.root) }
  }

  public init(reading text: String, fileName: String = "document") {
    self.init(reading: Array(text.utf8), fileName: fileName)
  }

  public var hasErrors: Bool { ruleSet == nil }

  /// What a daemon keeps and shows: a text document as it is, any other in our text form. `nil` if it has errors.
  public var appliedText: String? {
    guard let ruleSet else { return nil }
    return form == .text ? String(decoding: source.bytes, as: UTF8.self) : CanonicalDocument.text(of: ruleSet)
  }
}

extension RuleDocument.Form {
  init(_ format: PropertyListDocument.Format) {
    switch format {
    case .text: self = .text
    case .xml: self = .xml
    case .binary: self = .binary
    }
  }
}
