import SentryDiagnostics

/// What a repair of the token stream has to say. The words are below, all in one place.
enum SyntaxFinding {
  case missingSemicolon
  case missingEquals
  case missingComma
  case missingKey
  case missingValue
  /// The text read as a value is the key of the next entry.
  case missingValueBefore
  /// A comment that begins with one slash.
  case missingSlash
  case missingClosing
  case missingOpening(String)
  case missingOpeningOfRoot(String)
  case wrongClosing(expected: String)
  case unquoted
  case unexpected
}

/// The findings about text property lists: id, message and hint of each.
enum SyntaxMessages {
  static func missingSemicolon(after text: String, found: String?, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .missingSemicolon, at: .init(range: range),
      "expected ';' after \(text)" + (found.map { ", found \($0)" } ?? ""),
      hint: "every entry ends with ';'")
  }

  static func missingEquals(after key: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .missingEquals, at: .init(range: range), "expected '=' after the key \(key)",
      hint: "an entry is written key = value;")
  }

  static func missingComma(after text: String, found: String?, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .missingComma, at: .init(range: range),
      "expected ',' after \(text)" + (found.map { ", found \($0)" } ?? ""),
      hint: "the elements of an array are separated by ','")
  }

  static func missingKey(before text: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .missingKey, at: .init(range: range), "expected a key before \(text)",
      hint: "an entry is written key = value;")
  }

  static func missingValue(of key: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .expectedValue, at: .init(range: range), "the key \(key) has no value",
      hint: "an empty text is written \"\"")
  }

  static func missingClosing(_ closing: String, opening: String, line: Int, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .missingClosingBracket, at: .init(range: range), "expected '\(closing)'",
      hint: "it closes the '\(opening)' of line \(line)")
  }

  static func endsInside(
    _ closing: String, opening: String, line: Int, others: Int, at range: Range<Int>
  ) -> Diagnostic {
    let rest = others == 0 ? "" : ", and \(others) more around it"
    return Diagnostic(
      .missingClosingBracket, at: .init(range: range),
      "the document ends where '\(closing)' is expected\(rest)", hint: "it closes the '\(opening)' of line \(line)")
  }

  static func missingOpening(_ opening: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(.missingOpeningBracket, at: .init(range: range), "expected '\(opening)' before this")
  }

  static func wrongClosing(_ found: String, expected: String, opening: String, line: Int, at range: Range<Int>)
    -> Diagnostic
  {
    Diagnostic(
      .wrongClosingBracket, at: .init(range: range), "expected '\(expected)', found '\(found)'",
      hint: "'\(expected)' closes the '\(opening)' of line \(line)")
  }

  static func unquoted(_ text: String, at range: Range<Int>) -> Diagnostic {
    let inner = text.withoutQuotationMarks
    let what = inner == text ? "quotes" : "straight quotes"
    let plain = inner.withOrdinaryBlanks
    return Diagnostic(
      .unquotedText, at: .init(range: range), "'\(text)' needs \(what)", hint: "write \"\(plain)\"")
  }

  static func missingQuote(at range: Range<Int>) -> Diagnostic {
    Diagnostic(.missingQuote, at: .init(range: range), "this text lacks its opening quote", hint: "put '\"' before it")
  }

  static func unexpected(_ text: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(.unexpectedText, at: .init(range: range), "unexpected \(text)", hint: "take it out")
  }

  /// A blank that is not the ordinary one, or a control character.
  static func notPlainBlank(_ scalar: Unicode.Scalar, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .unexpectedText, at: .init(range: range), "the invisible character \(description(of: scalar)) may not stand here",
      hint: "write an ordinary blank")
  }

  /// A character that has no width at all.
  static func unseenCharacter(_ scalar: Unicode.Scalar, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .unexpectedText, at: .init(range: range), "the invisible character \(description(of: scalar)) may not stand here",
      hint: "take it out")
  }

  /// `U+00A0 (no-break space)`.
  private static func description(of scalar: Unicode.Scalar) -> String {
    let number = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
    let name = scalar.properties.name ?? scalar.properties.nameAlias
    return name.map { "\(code) (\($0.lowercased()))" } ?? code
  }

  static func unterminatedString(_ quote: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .unterminatedString, at: .init(range: range), "this text lacks its closing \(quote)",
      hint: "a quote inside a text is written \\\(quote)")
  }

  static func unterminatedData(at range: Range<Int>) -> Diagnostic {
    Diagnostic(.unterminatedData, at: .init(range: range), "this data lacks its closing '>'")
  }

  static func unterminatedComment(at range: Range<Int>) -> Diagnostic {
    Diagnostic(.unterminatedComment, at: .init(range: range), "this comment lacks its closing */")
  }

  static func missingCommentOpening(at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .unterminatedComment, at: .init(range: range), "this comment lacks its opening /*",
      hint: "a comment is written /* … */, or // to the end of the line")
  }

  static func commentInComment(line: Int, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .commentInComment, .warning, at: .init(range: range),
      "this comment goes on to the end of another that begins in line \(line)",
      hint: "comments do not nest; is a */ missing?")
  }

  static func badEscape(_ text: String, problem: QuotedText.Problem, at range: Range<Int>) -> Diagnostic {
    let place = Diagnostic.Place(range: range)
    return switch problem {
    case .unknownEscape:
      Diagnostic(.badEscape, at: place, "unknown escape \(text)", hint: "a backslash is written \\\\")
    case .noHexDigits:
      Diagnostic(.badEscape, at: place, "'\\U' needs hexadecimal digits after it", hint: "such as \\U00e9")
    case .notACharacter:
      Diagnostic(
        .badEscape, at: place, "\(text) is no character",
        hint: "octal escapes go from \\000 to \\375, in NeXTSTEP encoding")
    case .loneSurrogate:
      Diagnostic(
        .loneSurrogate, at: place, "\(text) is half of a surrogate pair",
        hint: "beyond \\Uffff two escapes make one character, such as \\Ud83d\\Ude00")
    }
  }

  static func badHexDigit(_ text: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(.badHexDigits, at: .init(range: range), "\(text) is no hexadecimal digit")
  }

  static func unpairedHexDigit(at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .badHexDigits, at: .init(range: range), "this hexadecimal digit lacks its partner",
      hint: "two digits make one byte")
  }

  static func duplicateKey(_ key: String, firstLine: Int, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .duplicateKey, at: .init(range: range), "the key '\(key)' occurs twice in this dictionary",
      hint: "the first is in line \(firstLine)")
  }

  /// Several times the same keys without braces: dictionaries, most likely.
  static func secondDictionary(_ key: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .duplicateKey, at: .init(range: range),
      "the key '\(key)' and others occur twice: without braces all of this is one dictionary",
      hint: "several, such as rules, stand in braces each and in parentheses together: ( { … }, { … } )")
  }

  /// - Parameter isList: another dictionary follows.
  static func textAfterRoot(_ what: String, isList: Bool, at range: Range<Int>) -> Diagnostic {
    let hint = "the \(what) before it is complete"
    return Diagnostic(
      .textAfterRoot, at: .init(range: range), "unexpected text after the end of the document",
      hint: isList ? "\(hint); several stand in parentheses: ( { … }, { … } )" : hint)
  }

  static func emptyDocument() -> Diagnostic {
    Diagnostic(
      .emptyDocument, at: .init(range: 0..<0), "the document is empty",
      hint: "the smallest is {} (a dictionary with no entries)")
  }

  static func nestingTooDeep(limit: Int, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .nestingTooDeep, at: .init(range: range), "more than \(limit) dictionaries and arrays inside one another",
      hint: "the document is not read beyond this")
  }

  static func tooManyFindings(limit: Int, at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .tooManyFindings, .note, at: .init(range: range), "more than \(limit) findings; the rest is not looked at")
  }

  static func invalidUTF8(at range: Range<Int>) -> Diagnostic {
    Diagnostic(
      .invalidEncoding, at: .init(range: range),
      range.count == 1 ? "this byte is not UTF-8" : "these \(range.count) bytes are not UTF-8",
      hint: "save the document as UTF-8")
  }

  static func invalidUTF16(_ what: String, at range: Range<Int>) -> Diagnostic {
    Diagnostic(.invalidEncoding, at: .init(range: range), "\(what) in UTF-16 text", hint: "save the document as UTF-8")
  }

  static func unsupportedEncoding(_ name: String) -> Diagnostic {
    Diagnostic(
      .invalidEncoding, at: .init(range: 0..<0), "a document in \(name) cannot be read", hint: "save it as UTF-8")
  }

  static func notAPropertyList(_ what: String) -> Diagnostic {
    Diagnostic(
      .notAPropertyList, at: .init(range: 0..<0), "this is \(what), not a document",
      hint: "a document is a property list: text, XML or binary")
  }

  static func documentTooLarge(limit: Int) -> Diagnostic {
    Diagnostic(.documentTooLarge, at: .init(range: 0..<0), "a document may have at most \(limit >> 20) MiB")
  }
}

extension String {
  /// With ordinary blanks in the place of all others, and none at the ends.
  fileprivate var withOrdinaryBlanks: String {
    let scalars = unicodeScalars.map { $0.properties.generalCategory == .spaceSeparator ? " " : $0 }
    let inner = scalars.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    return String(String.UnicodeScalarView(inner))
  }
}
