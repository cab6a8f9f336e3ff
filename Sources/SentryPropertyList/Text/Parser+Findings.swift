import SentryDiagnostics

// MARK: What is inside a token

extension Parser {
  mutating func check(_ token: Token) {
    switch token.kind {
    case .string: checkString(token)
    case .data: checkData(token)
    case .word where token.isOdd && !isInvalid(token.range): checkOddWord(token)
    default: break
    }
  }

  /// Quotes would keep a character that nobody sees, so that is what is told where without it no quotes are needed.
  private mutating func checkOddWord(_ token: Token) {
    let others = bytes[token.range].indices.filter { !bytes[$0].isWordByte }
    if let first = others.first, let last = others.last, last - first == others.count - 1,
      let scalar = onlyScalar(in: first..<last + 1), scalar.properties.isDefaultIgnorableCodePoint
    {
      report(SyntaxMessages.unseenCharacter(scalar, at: first..<last + 1))
    } else {
      report(SyntaxMessages.unquoted(excerpt(token.range), at: token.range))
    }
  }

  private func onlyScalar(in range: Range<Int>) -> Unicode.Scalar? {
    let scalars = String(decoding: bytes[range], as: UTF8.self).unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
  }

  private mutating func checkString(_ token: Token) {
    if token.isUnterminated {
      report(SyntaxMessages.unterminatedString(quoteMark(of: token), at: token.range))
    }
    guard token.hasEscapes else { return }
    let end = token.isUnterminated ? token.end : token.end - 1
    for (range, problem) in QuotedText(token.start + 1..<end, of: bytes).problems {
      report(SyntaxMessages.badEscape("'\(excerpt(range))'", problem: problem, at: range))
    }
  }

  private mutating func checkData(_ token: Token) {
    if token.isUnterminated {
      report(SyntaxMessages.unterminatedData(at: token.range))
      return
    }
    let data = HexData(token.start + 1..<token.end - 1, of: bytes)
    if let offset = data.firstBadDigit {
      var end = offset + 1
      while end < token.end, bytes[end] & 0xC0 == 0x80 { end += 1 }
      report(SyntaxMessages.badHexDigit("'\(excerpt(offset..<end))'", at: offset..<end))
    } else if let offset = data.unpairedDigit {
      report(SyntaxMessages.unpairedHexDigit(at: offset..<offset + 1))
    }
  }

  mutating func reportDuplicate(_ key: SyntaxTree.Node, first: SyntaxTree.Node) {
    let text = String(decoding: key.utf8(in: bytes), as: UTF8.self)
    let line = source.location(of: Int(first.start)).line
    report(SyntaxMessages.duplicateKey(Self.shortened(text), firstLine: line, at: key.range))
  }

  mutating func reportSecondDictionary(from key: SyntaxTree.Node) {
    let text = String(decoding: key.utf8(in: bytes), as: UTF8.self)
    report(SyntaxMessages.secondDictionary(Self.shortened(text), at: key.range))
  }

  func isInvalid(_ range: Range<Int>) -> Bool {
    invalidRanges.contains { $0.overlaps(range) }
  }
}

// MARK: Findings

extension Parser {
  mutating func report(_ finding: Diagnostic) {
    let isOneWarningTooMany = finding.severity != .error && findings.count + 1 >= Self.findingLimit
    guard !hasGivenUp, !isOneWarningTooMany else { return }
    findings.append(finding)
    guard findings.count >= Self.findingLimit else { return }
    findings.append(SyntaxMessages.tooManyFindings(limit: Self.findingLimit, at: finding.range))
    hasGivenUp = true
  }

  mutating func report(_ problem: Scanner.CommentProblem) {
    switch problem {
    case .unterminated(let offset):
      report(SyntaxMessages.unterminatedComment(at: offset..<offset + 2))
    case .opensAnother(let offset, let inner):
      report(SyntaxMessages.commentInComment(line: source.location(of: inner).line, at: offset..<offset + 2))
    }
  }

  /// What to say about `repair` before `token`; `nil` if something has been said about it already.
  func diagnostic(for repair: Repair, at token: Token) -> Diagnostic? {
    let before = previous?.end ?? token.start
    let spot = before..<before
    let found = token.kind == .end || repair.deletedCount == 0 ? nil : describe(token)
    switch repair.finding {
    case .missingSemicolon:
      return SyntaxMessages.missingSemicolon(
        after: describePrevious, found: found, at: found == nil ? spot : token.range)
    case .missingComma:
      return SyntaxMessages.missingComma(after: describePrevious, found: found, at: found == nil ? spot : token.range)
    case .missingEquals:
      return SyntaxMessages.missingEquals(after: describePrevious, at: found == nil ? spot : token.range)
    case .missingKey: return SyntaxMessages.missingKey(before: describe(token), at: token.range)
    case .missingValue: return SyntaxMessages.missingValue(of: describeKey, at: spot)
    case .missingValueBefore: return SyntaxMessages.missingValue(of: "before this", at: previous?.range ?? spot)
    case .missingSlash: return SyntaxMessages.missingCommentOpening(at: previous?.range ?? spot)
    case .missingOpening(let opening):
      return SyntaxMessages.missingOpening(opening, at: startOfLastValue ?? token.range)
    case .missingOpeningOfRoot(let opening):
      let start = tree.nodes.first.map { Int($0.start) } ?? 0
      return SyntaxMessages.missingOpening(opening, at: start..<min(start + 1, bytes.count))
    case .missingClosing: return missingClosing(repair, at: token)
    case .wrongClosing(let expected):
      let line = grammar.levels.last.map { source.location(of: $0.start).line } ?? 1
      return SyntaxMessages.wrongClosing(
        token.kind.symbol ?? "", expected: expected, opening: expected == ")" ? "(" : "{", line: line, at: token.range)
    case .unquoted: return unquoted(repair, at: token)
    case .unexpected: return unexpected(token)
    }
  }

  /// The first byte of the value or element read last.
  private var startOfLastValue: Range<Int>? {
    tree.last.map { Int($0.start)..<Int($0.start) + 1 }
  }

  private func missingClosing(_ repair: Repair, at token: Token) -> Diagnostic? {
    guard let level = grammar.levels.last else { return nil }
    let (opening, closing) = level.container == .array ? ("(", ")") : ("{", "}")
    let end = previous?.end ?? token.start
    if token.kind == .end {
      if scanner.endsInComment { return nil }
      if let suspect {
        let (opening, closing) = suspect.level.container == .array ? ("(", ")") : ("{", "}")
        return SyntaxMessages.missingClosing(
          closing, opening: opening, line: source.location(of: suspect.level.start).line, at: suspect.token.range)
      }
      return SyntaxMessages.endsInside(
        closing, opening: opening, line: source.location(of: level.start).line, others: grammar.levels.count - 1,
        at: end..<end)
    }
    return SyntaxMessages.missingClosing(
      closing, opening: opening, line: source.location(of: level.start).line, at: end..<end)
  }

  private func unquoted(_ repair: Repair, at token: Token) -> Diagnostic {
    let tokens = upcoming[head..<head + repair.deletedCount]
    let end = tokens.last?.end ?? token.end
    var start = token.start
    if case .extendText = repair.change, let previous { start = previous.start }
    if tokens.contains(where: { $0.kind == .string && $0.isUnterminated }) {
      return SyntaxMessages.missingQuote(at: start..<end)
    }
    return SyntaxMessages.unquoted(excerpt(start..<end), at: start..<end)
  }

  private func unexpected(_ token: Token) -> Diagnostic? {
    if token.kind == .stray, isInvalid(token.range) { return nil }
    if token.isBrokenComment { return SyntaxMessages.missingCommentOpening(at: token.range) }
    if token.isUnseen, let scalar = excerpt(token.range).unicodeScalars.first {
      return SyntaxMessages.notPlainBlank(scalar, at: token.range)
    }
    return SyntaxMessages.unexpected(describe(token), at: token.range)
  }
}

// MARK: Words for messages

extension Parser {
  private func describe(_ token: Token) -> String {
    "'\(excerpt(token.range))'"
  }

  private var describePrevious: String {
    guard let previous, !previous.isInserted else { return "this" }
    return describe(previous)
  }

  /// The key of the entry being read.
  private var describeKey: String {
    guard let last = tree.last, !last.flags.contains(.isInserted) else { return "before this" }
    return "'\(Self.shortened(String(decoding: last.utf8(in: bytes), as: UTF8.self)))'"
  }

  func describe(_ kind: SyntaxTree.Node.Kind) -> String {
    switch kind {
    case .dictionary: "dictionary"
    case .array: "array"
    case .data: "data"
    case .word, .string: "text"
    }
  }

  private func quoteMark(of token: Token) -> String {
    bytes[token.start] == .apostrophe ? "'" : "\""
  }

  private func excerpt(_ range: Range<Int>) -> String {
    Self.shortened(String(decoding: bytes[range.clamped(to: 0..<bytes.count)].prefix(200), as: UTF8.self))
  }

  /// At most 40 characters, the middle of a message.
  private static func shortened(_ text: String) -> String {
    text.count <= 40 ? text : text.prefix(39) + "…"
  }
}
