internal import SentryDiagnostics
internal import SentryEngine
internal import SentryRules

/// A daemon's findings about a document that we hold too.
enum FindingsText {
  /// Each finding with the line it is about and a caret. A finding that we do not come to ourselves (the daemon may be of
  /// another version) is told in one line, as it was sent.
  static func lines(
    _ findings: [DiagnosticRecord], of name: String, _ bytes: [UInt8], hasColour: Bool
  ) -> [String] {
    guard !findings.isEmpty else { return [] }
    let document = RuleDocument(reading: bytes, fileName: name)
    let ours = document.diagnostics + (document.ruleSet.map { DocumentTests.failures(of: $0) } ?? [])
    return lines(findings, like: ours, in: document.source, hasColour: hasColour)
  }

  /// The same for any text: `ours` are the findings that we come to ourselves, in the order of the text.
  static func lines(
    _ findings: [DiagnosticRecord], like ours: [Diagnostic], in source: SourceText, hasColour: Bool
  ) -> [String] {
    var ours = ours[...]
    let texts = findings.map { finding in
      guard let next = ours.first, DiagnosticRecord(next, in: source) == finding else { return plain(finding) }
      ours.removeFirst()
      return next.rendered(in: source, usesColor: hasColour)
    }
    return FindingDigest.lines(zip(findings, texts).map { (kind: $0.id, text: $1) })
  }

  private static func plain(_ finding: DiagnosticRecord) -> String {
    let place = [finding.file, finding.line.map(String.init), finding.column.map(String.init)]
      .compactMap(\.self).joined(separator: ":")
    let hint = finding.hint.map { " (\($0))" } ?? ""
    return "\(place): \(finding.severity): \(finding.message)\(hint) [\(finding.id)]"
  }
}
