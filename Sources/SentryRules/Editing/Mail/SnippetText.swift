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
    /// The document's, at their places in `source`.
    var findings: [Diagnostic]
    /// The text as it was sent, decoded if it was encoded.
    var source: SourceText
  }

  /// - Throws: if nothing in the text looks like a rule, or part of it is missing; what is wrong with rules is told in
  ///   the findings.
  static func find(in bytes: [UInt8], fileName: String) throws(EditError) -> Found {
    let plain = read(bytes, fileName: fileName)
    let isProse =
      plain.document.form ?? .text == .text && !bytes.starts(with: Array("bplist".utf8))
      && !RuleWords.stand(in: String(decoding: plain.document.source.bytes, as: UTF8.self))
    if plain.isUsable, !isProse { return plain }
    guard !bytes.contains(0) else {
      if isProse { throw .noRules(in: bytes, fileName: fileName) }
      return plain
    }
    guard bytes.count <= sizeLimit else { throw .tooLong(bytes.count, limit: sizeLimit, fileName: fileName) }
    let message = MailMessage(bytes)
    let count = message.text.utf8.count
    guard count <= textLimit else { throw .tooLong(count, limit: textLimit, fileName: fileName) }
    var search = SnippetSearch(message, fileName: fileName)
    if let found = search.run() { return found }
    if let gap = search.gap {
      let told = [plain, search.nearestFound].compactMap(\.self).first { !isProse && $0.hasOnlyGaps && $0.keepsLines }
      throw .gap(told?.findings ?? [gap.diagnostic], in: told?.source ?? search.source)
    }
    if let nearest = search.nearestFound, nearest.errorCount < plain.errorCount || isProse { return nearest }
    if isProse { throw .noRules(in: bytes, fileName: fileName) }
    return plain
  }

  /// In bytes. Mail with everything attached to it is hardly longer; rules that read as they stand may be.
  static let sizeLimit = 16 << 20
  /// In bytes, of a message without what is attached to it: the search takes some 40 times as much memory.
  static let textLimit = 2 << 20

  private static func read(_ bytes: [UInt8], fileName: String) -> Found {
    var root: PropertyListNode?
    let document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    return Found(
      document: document, root: root, remarks: [], findings: document.diagnostics, source: document.source)
  }
}

extension SnippetText.Found {
  var isUsable: Bool { document.ruleSet.map { !$0.rules.isEmpty } ?? false }
  var errorCount: Int { findings.count { $0.severity == .error } }

  /// Whether line numbers within messages are those of the source, too.
  fileprivate var keepsLines: Bool { document.source.lineCount <= source.lineCount }

  /// Whether all that is wrong are brackets, quotes and comments without their other end: then the findings name the
  /// places best.
  fileprivate var hasOnlyGaps: Bool {
    let gaps: Set<Diagnostic.ID> = [
      .missingClosingBracket, .wrongClosingBracket, .missingOpeningBracket, .missingQuote, .unterminatedString,
      .unterminatedComment,
    ]
    let errors = findings.filter { $0.severity == .error }
    return !errors.isEmpty && errors.allSatisfy { gaps.contains($0.id) }
  }
}

extension EditError {
  fileprivate static func gap(_ findings: [Diagnostic], in source: SourceText) -> EditError {
    EditError(
      """
      \(source.fileName) is cut off, or its brackets do not match; nothing was changed
        expected whole rules, { enabled = 1; … }, or several as ( { … }, { … } )
      """, findings: findings, in: source)
  }

  fileprivate static func tooLong(_ count: Int, limit: Int, fileName: String) -> EditError {
    EditError(
      """
      \(fileName) is no document, and too long to look for rules in it: \(count) bytes
        expected a document of any length, or up to \(limit) bytes of an e-mail or another text with rules in it
      """)
  }

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
