/// A word of a rule, and where it stands.
struct Word: Sendable {
  var text: String
  /// In bytes; of a word that a variable has put there, where the variable stands.
  var range: Range<Int>
  /// Why what it stands for is not known here; its text is what the file has then.
  var refusal: ImportRefusal?
}

extension Array<Word> {
  /// From the first word to the last; empty without any.
  var range: Range<Int> {
    guard let first, let last else { return 0..<0 }
    return first.range.lowerBound..<Swift.max(first.range.upperBound, last.range.upperBound)
  }

  var text: String { map(\.text).joined(separator: " ") }
}

/// Why a rule cannot be taken over.
struct ImportRefusal: Error {
  var message: String
  var range: Range<Int>

  init(_ message: String, at range: Range<Int>) {
    self.message = message
    self.range = range
  }

  init(_ message: String, at word: Word) { self.init(message, at: word.range) }

  /// Of a rule whose packets pass, or not, by how many there are.
  static func limit(_ word: Word) -> ImportRefusal {
    ImportRefusal("match 'limit' has no counterpart here: without it, the rule is for all packets that fit", at: word)
  }
}

extension String {
  /// `'…'`, cut after some dozen characters.
  var quoted: String { count > 60 ? "'\(prefix(60))…'" : "'\(self)'" }
}
