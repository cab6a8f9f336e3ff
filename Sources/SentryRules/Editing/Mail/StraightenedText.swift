/// A text with straight quotes in the place of typographic ones around texts, and with texts joined that were broken over
/// lines. Comments, and apostrophes within texts, stay.
struct StraightenedText {
  /// The text afterwards.
  private(set) var text = TracedText()
  private(set) var remarks: [String] = []

  private let source: TracedText
  private let scalars: [Unicode.Scalar]
  private var position: Int
  /// Open brackets.
  private var depth = 0
  private var hasReplaced = false
  private var hasJoined = false

  init(_ text: TracedText) {
    self.init(text, from: 0)
    while position < scalars.count { readCode() }
    if hasReplaced { remarks.append("typographic quotes straightened") }
    if hasJoined { remarks.append("broken lines joined") }
  }

  private init(_ source: TracedText, from start: Int) {
    self.source = source
    scalars = source.scalars
    position = start
  }

  /// Behind the bracket that closes the one at `start`, brackets in texts and comments aside; `nil` if none does.
  static func end(ofBracketAt start: Int, in text: TracedText) -> Int? {
    var reader = StraightenedText(text, from: start)
    repeat { reader.readCode() } while reader.depth > 0 && reader.position < text.count
    return reader.depth > 0 ? nil : reader.position
  }

  private var current: Unicode.Scalar { scalars[position] }
  private var next: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  private mutating func copy() {
    text.append(position, of: source)
    position += 1
  }

  private mutating func readCode() {
    let isAfterWord = text.scalars.last.map { $0.properties.isAlphabetic || $0 == ":" } ?? false
    switch (current, next) {
    case ("/", "*"): copyComment { $0.current == "*" && $0.next == "/" }
    case ("/", "/") where !isAfterWord: copyComment { $0.next == nil || $0.next == "\n" }
    case ("'", _): readText(as: "'", endingWith: ["'"])
    case (let mark, _) where mark == "\"" || TypographicQuotes.double.contains(mark):
      readText(as: "\"", endingWith: TypographicQuotes.double.union(["\""]))
    // Within a word it is an apostrophe.
    case (let mark, _) where TypographicQuotes.single.contains(mark) && !isAfterWord:
      readText(as: "\"", endingWith: TypographicQuotes.single)
    default:
      if current == "(" || current == "{" { depth += 1 }
      if current == ")" || current == "}" { depth -= 1 }
      copy()
    }
  }

  private mutating func copyComment(until isEnd: (Self) -> Bool) {
    copy()
    copy()
    while position < scalars.count, !isEnd(self) { copy() }
    if position < scalars.count, current == "*" { copy() }
    if position < scalars.count { copy() }
  }

  /// - Parameter quote: what the text has around it afterwards.
  private mutating func readText(as quote: Unicode.Scalar, endingWith marks: Set<Unicode.Scalar>) {
    replaceMark(with: quote)
    while position < scalars.count {
      if current == "\\", next != nil {
        copy()
        copy()
      } else if marks.contains(current), endsText {
        return replaceMark(with: quote)
      } else if current == "\n" || current == "\r" {
        joinLines()
      } else {
        if current == quote { text.append("\\", from: source.origin(of: position)) }
        copy()
      }
    }
  }

  /// What may follow a text does: another mark of the same kind can stand within it.
  private var endsText: Bool {
    let blanks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\r"]
    let following = scalars[(position + 1)...].first { !blanks.contains($0) }
    return following.map { ";,)}=/".unicodeScalars.contains($0) } ?? true
  }

  private mutating func replaceMark(with quote: Unicode.Scalar) {
    if current != quote { hasReplaced = true }
    text.append(quote, from: source.origin(of: position))
    position += 1
  }

  /// Mail programs break lines at blanks; some of them leave the blank.
  private mutating func joinLines() {
    if text.scalars.last != " " { text.append(" ", from: source.origin(of: position)) }
    hasJoined = true
    while position < scalars.count, [" ", "\t", "\n", "\r"].contains(current) { position += 1 }
  }
}
