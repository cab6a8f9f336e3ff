/// Whole rules in a text about other things, from an opening bracket to its closing one.
///
/// A rule is whole if all it may be part of is there: what stands in a list that is never closed, in a list of children
/// whose rule is missing, or before a bracket that closes nothing may be a child of something not seen, and would match
/// far more on its own. Comments stay comments.
struct BracketScan {
  private(set) var pieces: [Range<Int>] = []
  /// The first place that says something is missing; what comes behind it is not looked at.
  private(set) var gap: Gap?

  private let text: TracedText
  private let scalars: [Unicode.Scalar]
  private var position = 0
  /// What follows the latest piece, blanks, comments and separators aside.
  private var afterPiece: Int?
  /// Up to here no rule without braces stands in the prose.
  private var judgedUpTo = 0
  /// Round brackets of the prose that are open.
  private var openInProse = 0

  init(_ text: TracedText) {
    self.text = text
    scalars = text.scalars
    while position < scalars.count, gap == nil { read() }
  }

  private var current: Unicode.Scalar { scalars[position] }
  private var next: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }
  private var previous: Unicode.Scalar? { position > 0 ? scalars[position - 1] : nil }

  private mutating func read() {
    switch current {
    case "/" where isComment: skipComment()
    case "{": readPiece()
    case "(" where opensList: readPiece()
    case "(":
      if !isSmiley { openInProse += 1 }
      position += 1
    case ")", "}": readClosing()
    case _ where isQuotedLine: position = endOfLine
    default: position += 1
    }
  }

  /// Lines that are still quoted belong to somebody else.
  private var isQuotedLine: Bool {
    guard MailText.isMark(current) else { return false }
    let before = scalars[..<position].reversed().first { $0 != " " && $0 != "\t" }
    return before == nil || before == "\n"
  }

  private var endOfLine: Int { scalars[position...].firstIndex(of: "\n") ?? scalars.count }
}

// MARK: Comments

extension BracketScan {
  /// Whether a comment begins here; in words and addresses (`/etc/*`, `https://`) none does.
  private var isComment: Bool {
    guard next == "*" || next == "/" else { return false }
    return previous.map { !Self.isPartOfWord($0) && $0 != ":" } ?? true
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private mutating func skipComment() {
    if let end = Self.end(ofCommentAt: position, in: scalars) { return position = end }
    guard rulesFollow else { return position = scalars.count }
    gap = Gap(.unfinishedComment, at: position, of: text)
  }

  /// Behind the comment; `nil` if it has no end.
  private static func end(ofCommentAt start: Int, in scalars: [Unicode.Scalar]) -> Int? {
    if scalars[start + 1] == "/" { return scalars[start...].firstIndex(of: "\n") ?? scalars.count }
    var end = start + 2
    while end + 1 < scalars.count {
      if scalars[end] == "*", scalars[end + 1] == "/" { return end + 2 }
      end += 1
    }
    return nil
  }

  /// The first place at or after `start` without blanks, comments and `others`.
  private func significant(from start: Int, skipping others: Set<Unicode.Scalar> = []) -> Int? {
    var index = start
    while index < scalars.count {
      if scalars[index].properties.isWhitespace || others.contains(scalars[index]) {
        index += 1
      } else if scalars[index] == "/", index + 1 < scalars.count, ["*", "/"].contains(scalars[index + 1]),
        let end = Self.end(ofCommentAt: index, in: scalars)
      {
        index = end
      } else {
        return index
      }
    }
    return nil
  }
}

// MARK: Brackets

extension BracketScan {
  /// Whether rules stand in this round bracket: others are the prose's own.
  private var opensList: Bool {
    guard !isSmiley else { return false }
    if isValue { return true }
    return significant(from: position + 1).map { scalars[$0] == "{" } ?? false
  }

  /// `:(`, `:-)`.
  private var isSmiley: Bool {
    previous == ":" || previous == "-" && position > 1 && (scalars[position - 2] == ":" || scalars[position - 2] == ";")
  }

  /// Whether what begins here is the value of a key.
  private var isValue: Bool {
    scalars[..<position].reversed().first { !$0.properties.isWhitespace } == "="
  }

  private var rulesFollow: Bool { RuleWords.stand(in: text[position..<scalars.count].string) }

  private mutating func readPiece() {
    guard let end = StraightenedText.end(ofBracketAt: position, in: text) else {
      // Without rules behind it there is nothing more to find.
      guard rulesFollow else { return position = scalars.count }
      gap = Gap(.neverClosed, at: position, of: text)
      return
    }
    let range = position..<end
    let piece = text[range].string
    guard piece.contains("{"), RuleWords.stand(in: piece) else {
      // What is nothing as a whole has nothing inside.
      return position = end
    }
    let following = significant(from: end, skipping: [",", ";"])
    if isValue {
      let closing = following.flatMap { scalars[$0] == ")" || scalars[$0] == "}" ? $0 : nil }
      gap = closing.map { Gap(.closesNothing, at: $0, of: text) } ?? Gap(.withoutRule, at: position, of: text)
      return
    }
    pieces.append(range)
    afterPiece = following
    position = end
    judgedUpTo = end
  }

  private mutating func readClosing() {
    if current == ")", openInProse > 0 {
      openInProse -= 1
    } else if followsRules() {
      gap = Gap(.closesNothing, at: position, of: text)
    }
    position += 1
  }

  /// Whether this closing bracket, which closes nothing here, may close what rules belong to.
  private mutating func followsRules() -> Bool {
    if afterPiece == position { return true }
    guard !isSmiley else { return false }
    let before = scalars[..<position].reversed().first { !$0.properties.isWhitespace }
    guard let before, [";", ")", "}", ","].contains(before) else { return false }
    defer { judgedUpTo = position }
    return RuleWords.stand(in: text[judgedUpTo..<position].string)
  }
}
