internal import SentryDiagnostics
internal import SentryPropertyList

/// Undoes what was done to a text step by step until rules can be read.
struct SnippetSearch {
  /// The text, decoded if it was encoded; findings refer to it.
  let source: SourceText
  /// The candidate with the fewest errors: its findings are the ones to tell.
  private var nearest: (errorCount: Int, candidate: RulesInText.Candidate, mail: MailText)?
  /// The first place that shows that something is missing.
  private(set) var gap: Gap?

  private let message: MailMessage

  init(_ message: MailMessage, fileName: String) {
    self.message = message
    let name = ([fileName] + message.remarks).joined(separator: ", ")
    source = SourceText(fileName: name, bytes: Array(message.text.utf8))
  }

  /// The first reading that can be used.
  mutating func run() -> SnippetText.Found? {
    for readings in MailText.readings(of: message) {
      let readings = readings.filter { RuleWords.stand(in: $0.text.string) }
      guard let last = readings.last else { continue }
      let final = RulesInText(last.text)
      gap = gap ?? final.gap
      let known = Set(final.beginnings)
      for mail in readings {
        let rules = RulesInText(mail.text)
        gap = gap ?? rules.gap
        // A piece must not be part of what only the quoted lines show.
        let parts = gap == nil && known.isSuperset(of: rules.beginnings) ? rules.parts : []
        for candidate in ([rules.whole] + parts).flatMap(\.variants) {
          if let found = read(candidate, of: mail) { return found }
        }
      }
    }
    return nil
  }

  private mutating func read(_ candidate: RulesInText.Candidate, of mail: MailText) -> SnippetText.Found? {
    let found = found(candidate.text, remarks: mail.remarks + candidate.remarks)
    if found.isUsable { return found }
    if found.errorCount < nearest?.errorCount ?? .max { nearest = (found.errorCount, candidate, mail) }
    return nil
  }

  private func found(_ text: TracedText, remarks: [String]) -> SnippetText.Found {
    var root: PropertyListNode?
    let document = RuleDocument(Array(text.string.utf8), fileName: source.fileName) { root = $0 }
    return SnippetText.Found(
      document: document, root: root, remarks: remarks, findings: placed(document.diagnostics, of: text), source: source)
  }

  /// What came nearest to rules that can be used.
  var nearestFound: SnippetText.Found? {
    nearest.map { found($0.candidate.text.keepingLines(of: source), remarks: $0.mail.remarks + $0.candidate.remarks) }
  }

  /// The findings about a text where they are in the source.
  private func placed(_ findings: [Diagnostic], of text: TracedText) -> [Diagnostic] {
    findings.map { finding in
      var finding = finding
      finding.range = text.origins(ofUTF8: finding.range, in: source)
      return finding
    }
  }
}
