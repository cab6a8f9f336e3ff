public import SentryDiagnostics
public import SentryRules

/// The rules of another firewall as a document of ours.
public struct ImportedRules: Sendable {
  /// What the findings refer to.
  public let source: SourceText
  /// What could not be taken over, and what is not quite the same, in the order of their places.
  public let diagnostics: [Diagnostic]
  /// `nil` if nothing could be made of the file.
  public let ruleSet: RuleSet?

  /// The document, ending in a newline.
  public var text: String? { ruleSet.map { CanonicalDocument.text(of: $0) } }

  /// Longer files are refused.
  static let longestFile = 64 << 20

  init(_ source: SourceText, findings: [Diagnostic], _ ruleSet: RuleSet?) {
    self.source = source
    self.ruleSet = ruleSet
    diagnostics = Self.once(findings).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// - Parameter read: makes rules of the text, and says what it finds.
  init(
    _ bytes: [UInt8], fileName: String, _ options: ImportOptions,
    read: (SourceText, inout [Diagnostic]) -> [RuleNode]
  ) {
    let source = SourceText(fileName: fileName, bytes: bytes)
    var findings: [Diagnostic] = []
    let nodes = Self.nodes(of: source, &findings, read)
    let ruleSet = Self.ruleSet(of: nodes, options, &findings)
    self.init(source, findings: findings, ruleSet)
  }

  /// - Parameter read: makes rules of the text, and says what it finds.
  static func nodes(
    of source: SourceText, _ findings: inout [Diagnostic], _ read: (SourceText, inout [Diagnostic]) -> [RuleNode]
  ) -> [RuleNode] {
    guard let finding = refusal(of: source.bytes) else { return read(source, &findings) }
    findings = [finding]
    return []
  }

  static func ruleSet(of nodes: [RuleNode], _ options: ImportOptions, _ findings: inout [Diagnostic]) -> RuleSet? {
    guard !nodes.isEmpty else { return nil }
    let document = DocumentWriter.document(nodes, options)
    if document.ruleSet == nil { findings.append(.tooMuch(document.diagnostics.first { $0.severity == .error })) }
    return document.ruleSet
  }

  /// What is read several times, as a chain that several rules lead to, is told once.
  private static func once(_ findings: [Diagnostic]) -> [Diagnostic] {
    struct Place: Hashable {
      let range: Range<Int>
      let message: String
    }
    var told: Set<Place> = []
    return findings.filter { told.insert(Place(range: $0.range, message: $0.message)).inserted }
  }

  private static func refusal(of bytes: [UInt8]) -> Diagnostic? {
    if bytes.count > longestFile { return .fileTooLong(limit: longestFile) }
    return bytes.firstIndex(of: 0).map { .notText(at: $0) }
  }
}
