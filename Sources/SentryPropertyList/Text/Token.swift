/// One piece of a text property list: where it stands and what the grammar sees in it.
///
/// Tokens and the blanks and comments before them tile the text without gap or overlap.
struct Token {
  enum Kind: UInt8, Sendable {
    case openBrace, closeBrace, openParenthesis, closeParenthesis
    case equals, semicolon, comma
    /// Text without quotes; see `Token.isOdd`.
    case word
    /// Text in either kind of quotes.
    case string
    /// `<hex digits>`.
    case data
    /// Something that can begin none of the above: symbols only, a control character, a blank that is not ASCII.
    case stray
    /// The end of the text.
    case end
  }

  var kind: Kind
  /// Offset of the first blank or comment before the token; `start` when there is none.
  var triviaStart: Int
  /// Half-open range of bytes.
  var start: Int
  var end: Int
  /// Nothing but blanks and comments stands before it on its line.
  var startsLine = false
  /// Columns of blanks at the start of its line, tabs to the next multiple of 8.
  var indentation = 0
  /// A string without its closing quote, or data without its `>`.
  var isUnterminated = false
  /// A word with characters that need quotes.
  var isOdd = false
  /// A string with at least one backslash.
  var hasEscapes = false
  /// The word `/`, which may be half of `//`.
  var isSlash = false
  /// A stray token that is a comment whose `/*` lacks one of its characters.
  var isBrokenComment = false
  /// A stray token of control characters, or of blanks that are not ASCII.
  var isUnseen = false
  /// Not in the text: put in by a repair.
  var isInserted = false

  var range: Range<Int> { start..<end }

  /// A token that a repair puts in at `offset`.
  static func inserted(_ kind: Kind, at offset: Int) -> Token {
    Token(kind: kind, triviaStart: offset, start: offset, end: offset, isInserted: true)
  }
}

extension Token.Kind {
  /// Text that can be a key.
  var isText: Bool { self == .word || self == .string }

  /// Can stand where a value is expected.
  var beginsValue: Bool {
    switch self {
    case .word, .string, .data, .openBrace, .openParenthesis: true
    default: false
    }
  }

  /// The bracket or separator itself, as messages quote it; `nil` for what varies.
  var symbol: String? {
    switch self {
    case .openBrace: "{"
    case .closeBrace: "}"
    case .openParenthesis: "("
    case .closeParenthesis: ")"
    case .equals: "="
    case .semicolon: ";"
    case .comma: ","
    case .word, .string, .data, .stray, .end: nil
    }
  }
}
