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

  static func find(in bytes: [UInt8], fileName: String) -> Found {
    let plain = read(bytes, fileName: fileName, remarks: [])
    if plain.isUsable { return plain }
    guard bytes.count <= sizeLimit, let text = String(validating: bytes, as: UTF8.self) else { return plain }
    var mail = MailText(text)
    var best = plain
    for step in MailText.steps {
      guard step(&mail) else { continue }
      for candidate in mail.candidates.flatMap(\.variants) {
        let found = read(Array(candidate.text.utf8), fileName: fileName, remarks: mail.remarks + candidate.remarks)
        if found.isUsable { return found }
        // The findings of what came nearest are the ones to tell.
        if found.errorCount < best.errorCount || best.document.form == nil { best = found }
      }
    }
    return best
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
