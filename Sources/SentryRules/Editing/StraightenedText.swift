/// A text with straight quotes in the place of typographic ones around texts, and with texts joined that were broken over
/// lines. Comments, and apostrophes within texts, stay.
struct StraightenedText {
  private(set) var text = ""
  private(set) var remarks: [String] = []

  private let scalars: [Unicode.Scalar]
  private var result = String.UnicodeScalarView()
  private var position = 0
  private var hasReplaced = false
  private var hasJoined = false

  private static let double: Set<Unicode.Scalar> = ["“", "”", "„", "‟", "«", "»", "\u{2033}"]
  private static let single: Set<Unicode.Scalar> = ["‘", "’", "‚", "‛", "‹", "›"]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    while position < scalars.count { readCode() }
    self.text = String(result)
    if hasReplaced { remarks.append("typographic quotes straightened") }
    if hasJoined { remarks.append("broken lines joined") }
  }

  private var current: Unicode.Scalar { scalars[position] }
  private var next: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  private mutating func copy() {
    result.append(current)
    position += 1
  }

  private mutating func readCode() {
    let isAfterWord = result.last.map { $0.properties.isAlphabetic || $0 == ":" } ?? false
    switch (current, next) {
    case ("/", "*"): copyComment { $0.current == "*" && $0.next == "/" }
    case ("/", "/") where !isAfterWord: copyComment { $0.next == nil || $0.next == "\n" }
    case ("\"", _): readText(endingWith: Self.double.union(["\""]))
    case (let mark, _) where Self.double.contains(mark): readText(endingWith: Self.double.union(["\""]))
    case (let mark, _) where Self.single.contains(mark): readText(endingWith: Self.single)
    default: copy()
    }
  }

  private mutating func copyComment(until isEnd: (Self) -> Bool) {
    copy()
    copy()
    while position < scalars.count, !isEnd(self) { copy() }
    if position < scalars.count, current == "*" { copy() }
    if position < scalars.count { copy() }
  }

  private mutating func readText(endingWith marks: Set<Unicode.Scalar>) {
    replaceMark()
    while position < scalars.count {
      if current == "\\", next != nil {
        copy()
        copy()
      } else if marks.contains(current), endsText {
        return replaceMark()
      } else if current == "\n" || current == "\r" {
        joinLines()
      } else {
        if current == "\"" { result.append("\\") }
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

  private mutating func replaceMark() {
    if current != "\"" { hasReplaced = true }
    result.append("\"")
    position += 1
  }

  /// Mail programs break lines at blanks; some of them leave the blank.
  private mutating func joinLines() {
    if result.last != " " { result.append(" ") }
    hasJoined = true
    while position < scalars.count, [" ", "\t", "\n", "\r"].contains(current) { position += 1 }
  }
}
