// What stands for characters that a terminal would obey, or that nobody would see: two names that look the same must not
// be different, and a name must not turn around the text beside it. Everything that shows a document's text to people
// asks here.

extension Unicode.Scalar {
  /// The picture that Unicode has for a control character; for other controls, line separators, format characters,
  /// blanks other than the ordinary one and whatever has no shape of its own the escape that documents write, `\U202e`.
  /// `nil` for what may be shown as it is.
  fileprivate var standIn: String? {
    switch value {
    case 0x00...0x1F: Unicode.Scalar(0x2400 + value).map { String($0) }
    case 0x20...0x7E: nil
    case 0x7F: "\u{2421}"
    case 0x80...0x9F, 0x2028, 0x2029: escape
    default: isUnseen ? escape : nil
    }
  }

  private var isUnseen: Bool {
    switch properties.generalCategory {
    case .format, .spaceSeparator: true
    default: properties.isDefaultIgnorableCodePoint
    }
  }

  /// In units of UTF-16, as property lists count.
  private var escape: String {
    String(self).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\U" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  /// ZERO WIDTH NON-JOINER, ZERO WIDTH JOINER, and what chooses between the shapes of the character before it.
  fileprivate var isPartOfSpelling: Bool { value == 0x200C || value == 0x200D || properties.isVariationSelector }
}

extension Character {
  /// The same with stand-ins; `nil` if it needs none.
  ///
  /// Joiners and variation selectors after something other than ASCII belong to its spelling, as in Persian words and in
  /// emoji.
  package var withStandIns: String? {
    guard unicodeScalars.contains(where: { $0.standIn != nil }) else { return nil }
    var text = ""
    var isAfterASCII = true
    for scalar in unicodeScalars {
      let isSpelling = scalar.isPartOfSpelling && !isAfterASCII
      if !isSpelling, let standIn = scalar.standIn { text += standIn } else { text.unicodeScalars.append(scalar) }
      isAfterASCII = scalar.isASCII
    }
    return text
  }
}
