internal import SentryDiagnostics
internal import SentryPropertyList

/// Finds rules in a text that people sent each other.
///
/// A text that reads as it stands is taken as it stands. Otherwise what a mail program or a word processor did to it is
/// undone step by step, and what stands before and after the rules is left out.
enum SnippetText {
  struct Found {
    var document: RuleDocument
    var root: PropertyListNode?
    var remarks: [String]
  }

  /// - Throws: if nothing in the text looks like a rule; what is wrong with rules is told in the document's findings.
  static func find(in bytes: [UInt8], fileName: String) throws(EditError) -> Found {
    let plain = read(bytes, fileName: fileName, remarks: [])
    let isProse =
      plain.document.form ?? .text == .text && !bytes.starts(with: Array("bplist".utf8))
      && !RuleWords.stand(in: String(decoding: plain.document.source.bytes, as: UTF8.self))
    if plain.isUsable, !isProse { return plain }
    guard bytes.count <= sizeLimit, !bytes.contains(0) else {
      if isProse { throw .noRules(in: bytes, fileName: fileName) }
      return plain
    }
    var nearest: Found?
    for mail in MailText.readings(of: bytes) where RuleWords.stand(in: mail.text) {
      for candidate in RulesInText(mail.text).candidates.flatMap(\.variants) {
        let found = read(Array(candidate.text.utf8), fileName: fileName, remarks: mail.remarks + candidate.remarks)
        if found.isUsable { return found }
        // The findings of what came nearest are the ones to tell.
        if found.errorCount < nearest?.errorCount ?? .max { nearest = found }
      }
    }
    if let nearest, nearest.errorCount < plain.errorCount || isProse { return nearest }
    if isProse { throw .noRules(in: bytes, fileName: fileName) }
    return plain
  }

  /// In bytes. A mail is not longer; a snippet that reads as it stands may be.
  private static let sizeLimit = 1 << 20

  private static func read(_ bytes: [UInt8], fileName: String, remarks: [String]) -> Found {
    var root: PropertyListNode?
    let document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    return Found(document: document, root: root, remarks: remarks)
  }
}

extension SnippetText.Found {
  fileprivate var isUsable: Bool { document.ruleSet.map { !$0.rules.isEmpty } ?? false }
  fileprivate var errorCount: Int { document.diagnostics.count { $0.severity == .error } }
}

extension EditError {
  fileprivate static func noRules(in bytes: [UInt8], fileName: String) -> EditError {
    EditError(
      """
      \(fileName) holds no rules: \(found(in: bytes))
        expected rules, { enabled = 1; propertyName = …; … } or ( { … }, { … } ), as `sentry copy` prints them; in XML; or \
      an e-mail that quotes some
      """)
  }

  private static func found(in bytes: [UInt8]) -> String {
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      return bytes.count == 1 ? "found a byte that is no text" : "found \(bytes.count) bytes that are no text"
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    guard let first = lines.first else { return "it is empty" }
    let shown = first.prefix(40)
    let beginning = "'\(String(shown).visible)\(shown.endIndex < first.endIndex ? "…" : "")'"
    return lines.count == 1 ? "found \(beginning)" : "found \(lines.count) lines of text that begin with \(beginning)"
  }
}
