internal import SentryDiagnostics

/// Where a text shows that part of it is missing, so that nobody can tell what its rules belong to.
struct Gap {
  enum Kind {
    case neverClosed
    case closesNothing
    case withoutRule
    case unfinishedComment
  }

  let kind: Kind
  /// The bracket, tag or comment that shows it.
  let sign: String
  /// Its bytes in the source.
  let range: Range<Int>

  init(_ kind: Kind, at index: Int, of text: TracedText) {
    self.init(kind, index..<index + (kind == .unfinishedComment ? 2 : 1), of: text)
  }

  init(_ kind: Kind, _ scalars: Range<Int>, of text: TracedText) {
    self.kind = kind
    let part = text[scalars.clamped(to: 0..<text.count)]
    sign = part.string
    range = text.origin(of: scalars.lowerBound)..<text.origin(of: scalars.lowerBound) + sign.utf8.count
  }

  var diagnostic: Diagnostic {
    let place = Diagnostic.Place(range: range)
    return switch kind {
    case .neverClosed:
      Diagnostic(
        .missingClosingBracket, at: place,
        "this '\(sign)' is never closed: the rules in it may belong to more than is here")
    case .closesNothing:
      Diagnostic(
        .missingOpeningBracket, at: place,
        "this '\(sign)' closes nothing: the rules before it may belong to more than is here")
    case .withoutRule:
      Diagnostic(
        .missingOpeningBracket, at: place, "the rule that what is in this '\(sign)' belongs to has no '{' of its own")
    case .unfinishedComment:
      Diagnostic(
        .unterminatedComment, at: place, "this comment never ends: the rules behind it may be part of it",
        hint: "it ends with */")
    }
  }
}
