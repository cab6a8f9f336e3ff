/// The grammar of text property lists as a machine that takes one token after the other: what is open, and what may
/// come next. It builds nothing, so a copy of it can try out what a repair would lead to.
struct Grammar {
  enum Container: UInt8 {
    case dictionary, array
    /// The pairs of a `.strings` file: a dictionary without braces that ends with the text.
    case bareDictionary
  }

  /// What is expected next.
  enum Phase: UInt8 {
    /// The value that is the document.
    case root
    /// A key, or the end of the dictionary.
    case key
    /// `=` after a key, or `;` after a key that is its own value.
    case equals
    /// The value of an entry.
    case value
    /// `;` after a value.
    case semicolon
    /// An element, or the end of the array.
    case element
    /// `,` after an element, or the end of the array.
    case comma
    /// The end of the text.
    case end
    /// Nothing: the text has ended.
    case finished
  }

  struct Level {
    var container: Container
    /// Where the container was opened, in bytes.
    var start: Int
    /// Blanks at the start of the line on which it was opened, in columns; `nil` if its bracket is not in the text.
    var indentation: Int?
  }

  private(set) var levels: [Level] = []
  private(set) var phase = Phase.root
  /// How often a line's indentation spoke against the structure: a closing bracket that stands elsewhere than the line
  /// of its opening one, or content that stands further out. Weighs repairs against each other.
  private(set) var indentationMismatches = 0

  /// Takes `token` if it may come now; leaves everything as it was if not.
  mutating func accept(_ token: Token) -> Bool {
    switch (phase, token.kind) {
    case (.root, .openBrace), (.value, .openBrace), (.element, .openBrace): open(.dictionary, with: token)
    case (.root, .openParenthesis), (.value, .openParenthesis), (.element, .openParenthesis): open(.array, with: token)
    case (.root, .word), (.root, .string), (.root, .data): phase = .end
    case (.key, .word), (.key, .string): phase = .equals
    case (.key, .closeBrace):
      guard levels.last?.container == .dictionary else { return false }
      close(with: token)
    case (.key, .end):
      guard levels.last?.container == .bareDictionary else { return false }
      levels.removeAll()
      phase = .finished
    case (.equals, .equals): phase = .value
    case (.equals, .semicolon): phase = .key
    case (.value, .word), (.value, .string), (.value, .data): phase = .semicolon
    case (.semicolon, .semicolon): phase = .key
    case (.element, .word), (.element, .string), (.element, .data): phase = .comma
    case (.comma, .comma): phase = .element
    case (.element, .closeParenthesis), (.comma, .closeParenthesis): close(with: token)
    case (.end, .end): phase = .finished
    default: return false
    }
    checkIndentation(of: token)
    return true
  }

  /// Begins a document that is the content of a dictionary.
  mutating func openBareDictionary() {
    levels = [Level(container: .bareDictionary, start: 0, indentation: nil)]
    phase = .key
  }

  /// Takes the root that was just closed for the first element of an array whose `(` is missing.
  mutating func openArrayAroundRoot() {
    levels = [Level(container: .array, start: 0, indentation: nil)]
    phase = .comma
  }

  private mutating func open(_ container: Container, with token: Token) {
    levels.append(
      Level(container: container, start: token.start, indentation: token.isInserted ? nil : token.indentation))
    phase = container == .array ? .element : .key
  }

  private mutating func close(with token: Token) {
    let level = levels.removeLast()
    if token.startsLine, let indentation = level.indentation, token.indentation != indentation {
      indentationMismatches += 1
    }
    phase = Phase.afterValue(in: levels.last?.container)
  }

  private mutating func checkIndentation(of token: Token) {
    guard token.startsLine, phase == .equals || phase == .comma, token.kind.beginsValue,
      let indentation = levels.last?.indentation, token.indentation < indentation
    else { return }
    indentationMismatches += 1
  }
}

extension Grammar.Phase {
  /// What is expected after a value in `container`, or after the root.
  static func afterValue(in container: Grammar.Container?) -> Grammar.Phase {
    switch container {
    case nil: .end
    case .array: .comma
    case .dictionary, .bareDictionary: .semicolon
    }
  }
}
