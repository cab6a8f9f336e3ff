internal import SentryDiagnostics
internal import SentryPropertyList

/// A text document with a comment of ours after each rule's opening brace: `{ /* 2.3.1: 12 matches */`.
///
/// All else stays byte for byte. A comment of ours that is there already is replaced, one of the author's never: ours
/// is the rule's number alone, or number, colon and a remark.
public enum AnnotatedDocument {
  /// `remark` tells for each rule, by its index in document order, what follows the number; `nil` for nothing. The
  /// result is `nil` if `document` is not text or has errors.
  public static func text(of document: RuleDocument, remark: (Int) -> String?) -> String? {
    guard document.form == .text, let ruleSet = document.ruleSet else { return nil }
    let bytes = document.source.bytes
    var edits = SourceEdits()
    for (index, rule) in ruleSet.rules.enumerated() {
      guard let source = rule.source, !source.opening.isEmpty else { continue }
      let comment = marked(rule.number, remark: remark(index))
      if let old = source.openingComment(in: bytes), isOurs(bytes[old]) {
        edits.replace(old, with: comment)
      } else {
        let afterBrace = source.opening.upperBound
        edits.insert(spaced(comment, at: afterBrace, in: bytes), at: afterBrace)
      }
    }
    return (try? edits.applied(to: bytes)).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func marked(_ number: String, remark: String?) -> String {
    guard let remark else { return "/* \(number) */" }
    // The remark must not be able to end the comment.
    return "/* \(number): \(remark.replacing("*/", with: "* /")) */"
  }

  /// With a blank before, and one after unless there is one.
  private static func spaced(_ comment: String, at offset: Int, in bytes: [UInt8]) -> String {
    let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    let isFollowedByBlank = bytes.indices.contains(offset) && blanks.contains(bytes[offset])
    return " " + comment + (isFollowedByBlank ? "" : " ")
  }

  /// Digits with dots between them, then a colon or the end.
  private static func isOurs(_ comment: ArraySlice<UInt8>) -> Bool {
    guard comment.starts(with: "/*".utf8) else { return false }
    let text = Substring(decoding: comment.dropFirst(2).dropLast(2), as: UTF8.self).trimmed
    let number = text.prefix { $0 != ":" }.trimmed
    return number.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(NumberText.isDecimal)
  }
}
