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
      let found = readings.map { RulesInText($0.text) }
      gap = gap ?? found.reversed().compactMap(\.gap).first
      let known = Set(found.last?.beginnings ?? [])
      for (mail, rules) in zip(readings, found) {
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
    if found.isUsable { return placed(found, of: candidate.text) }
    if found.errorCount < nearest?.errorCount ?? .max { nearest = (found.errorCount, candidate, mail) }
    return nil
  }

  private func found(_ text: TracedText, remarks: [String]) -> SnippetText.Found {
    var root: PropertyListNode?
    let document = RuleDocument(Array(text.string.utf8), fileName: source.fileName) { root = $0 }
    return SnippetText.Found(
      document: document, root: root, remarks: remarks, findings: document.diagnostics, source: document.source)
  }

  /// What came nearest to rules that can be used.
  var nearestFound: SnippetText.Found? {
    nearest.map { nearest in
      let text = nearest.candidate.text.keepingLines(of: source)
      return placed(found(text, remarks: nearest.mail.remarks + nearest.candidate.remarks), of: text)
    }
  }

  /// What was read of `text`, with the findings where they are in the source.
  private func placed(_ found: SnippetText.Found, of text: TracedText) -> SnippetText.Found {
    var found = found
    found.source = source
    for index in found.findings.indices {
      found.findings[index].range = text.origins(ofUTF8: found.findings[index].range, in: source)
    }
    return found
  }
}
