/// A way to go on after a token that may not come: a small change of the token stream, and what to say about it.
///
/// Where a token does not fit, the parser tries every repair that makes sense there on a copy of the grammar, reads on
/// with it, and keeps the one that gets furthest: a forgotten bracket, for one, shows only some tokens later. So one
/// mistake of the author stays one finding. (The idea is that of Burke and Fisher, "A practical method for LR and LL
/// syntactic error diagnosis and recovery", ACM TOPLAS 9(2), 1987.)
struct Repair {
  enum Change {
    /// Put these in before the token.
    case insert([Token.Kind])
    /// Leave out this many tokens.
    case delete(Int)
    /// Put this in the place of this many tokens.
    case replace(Int, with: Token.Kind)
    /// Take this many tokens for more of the text before them, which lacks its quotes.
    case extendText(by: Int)
    /// Take this many tokens for one text without quotes.
    case joinText(Int)
    /// Take the root, which was complete, for the first element of an array.
    case openArrayAroundRoot
  }

  var change: Change
  var finding: SyntaxFinding

  init(_ change: Change, _ finding: SyntaxFinding) {
    self.change = change
    self.finding = finding
  }

  /// How many tokens are gone after the change.
  var deletedCount: Int {
    switch change {
    case .insert, .openArrayAroundRoot: 0
    case .delete(let count), .replace(let count, _), .extendText(let count), .joinText(let count): count
    }
  }

  /// What the grammar sees in the place of the deleted tokens.
  var insertedKinds: [Token.Kind] {
    switch change {
    case .insert(let kinds): kinds
    case .replace(_, let kind): [kind]
    case .joinText: [.word]
    case .delete, .extendText, .openArrayAroundRoot: []
    }
  }
}

/// Everything a repair can be chosen by.
struct RepairContext {
  /// Before the token that does not fit.
  var grammar: Grammar
  /// The token that does not fit, and those after it, as far as was looked ahead; not empty.
  var upcoming: ArraySlice<Token>
  /// The token before; `nil` at the start.
  var previous: Token?

  var token: Token { upcoming[upcoming.startIndex] }

  func token(at index: Int) -> Token? {
    index < upcoming.count ? upcoming[upcoming.startIndex + index] : nil
  }

  /// The repair that lets the grammar read furthest; of equal ones the first, which is the likeliest.
  func bestRepair() -> Repair {
    var best = fallback
    var bestScore = Int.min
    for repair in candidates() {
      let score = score(of: repair)
      if score > bestScore { (best, bestScore) = (repair, score) }
    }
    return best
  }

  /// Always possible: leave the token out, or at the end of the text close what is open.
  private var fallback: Repair {
    token.kind == .end ? closing(grammar.levels.count) : Repair(.delete(1), .unexpected)
  }

  /// How far the grammar gets with `repair`: how many tokens lie behind when the third one does not fit (there may be
  /// more mistakes nearby), less what those before it and the indentation say against the repair. `Int.min` if it does
  /// not even lead past the token.
  func score(of repair: Repair) -> Int {
    var trial = grammar
    if case .openArrayAroundRoot = repair.change { trial.openArrayAroundRoot() }
    for kind in repair.insertedKinds {
      guard trial.accept(.inserted(kind, at: token.start)) else { return .min }
    }
    var index = repair.deletedCount
    var mistakes = 0
    while let next = token(at: index) {
      if !trial.accept(next) {
        guard index > 0 else { return .min }
        mistakes += 1
        guard mistakes <= Self.toleratedMistakes, next.kind != .end else { break }
        trial.skipMistake(at: next, before: token(at: index + 1))
      }
      index += 1
    }
    let mismatches = trial.indentationMismatches - grammar.indentationMismatches
    return index - mismatches * Self.mismatchWeight - mistakes * Self.mistakeWeight
  }

  private static let toleratedMistakes = 2
  /// How many tokens of progress a line with unfitting indentation is worth, and a further mistake.
  private static let mismatchWeight = 16
  private static let mistakeWeight = 8
}

extension Grammar {
  /// Takes `token`, which does not fit, for the other separator where that makes sense; else after the first small
  /// insertion that makes it fit; else leaves it out.
  fileprivate mutating func skipMistake(at token: Token, before next: Token?) {
    if phase == .comma, token.kind == .semicolon, next?.kind == .openBrace || next?.kind == .openParenthesis {
      _ = accept(.inserted(.comma, at: token.start))
      return
    }
    for kinds in Self.smallInsertions {
      var trial = self
      guard kinds.allSatisfy({ trial.accept(.inserted($0, at: token.start)) }), trial.accept(token) else { continue }
      self = trial
      return
    }
  }

  private static let smallInsertions: [[Token.Kind]] = [
    [.semicolon], [.comma], [.equals], [.word], [.closeBrace], [.closeParenthesis], [.closeParenthesis, .semicolon],
    [.comma, .openBrace, .word],
  ]
}

// MARK: What can be tried

extension RepairContext {
  func candidates() -> [Repair] {
    // The end of the text cannot be left out, and nothing comes after it: all that is open ends here.
    if token.kind == .end { return [closing(grammar.levels.count)] }
    return switch grammar.phase {
    case .root: [Repair(.delete(1), .unexpected)]
    case .key: keyCandidates
    case .equals: equalsCandidates
    case .value: valueCandidates
    case .semicolon: semicolonCandidates
    case .element: elementCandidates
    case .comma: commaCandidates
    case .end, .finished: [Repair(.delete(1), .unexpected)]
    }
  }

  private var keyCandidates: [Repair] {
    let leavingOut = Repair(.delete(1), .unexpected)
    var candidates: [Repair] = []
    // A second semicolon on a line is one too many; one that begins a line rather ends what a bracket should close.
    if token.kind == .stray || token.kind == .semicolon && !token.startsLine { candidates.append(leavingOut) }
    candidates += closings()
    switch token.kind {
    case .equals: candidates.append(Repair(.insert([.word]), .missingKey))
    case .closeParenthesis: candidates.append(Repair(.replace(1, with: .closeBrace), .wrongClosing(expected: "}")))
    case .stray, .data: if let join = joining(until: [.equals]) { candidates.append(join) }
    default: break
    }
    if token.kind == .closeBrace, token(at: 1)?.kind == .end, grammar.levels.last?.container == .bareDictionary {
      candidates.append(Repair(.delete(1), .missingOpeningOfRoot("{")))
    }
    candidates.append(leavingOut)
    if token.kind.beginsValue { candidates.append(Repair(.insert([.word, .equals]), .missingKey)) }
    return candidates
  }

  private var equalsCandidates: [Repair] {
    var candidates: [Repair] = []
    if token.kind.beginsValue { candidates.append(Repair(.insert([.equals]), .missingEquals)) }
    if let extend = extending(until: [.equals]) { candidates.append(extend) }
    if token.kind == .stray || token.kind == .comma || token.kind == .word {
      candidates.append(Repair(.replace(1, with: .equals), .missingEquals))
    }
    if previous?.isSlash == true { candidates.append(Repair(.replace(restOfLine, with: .semicolon), .missingSlash)) }
    candidates.append(Repair(.delete(1), .unexpected))
    if token.kind == .closeBrace { candidates.append(Repair(.insert([.equals, .word, .semicolon]), .missingValue)) }
    if let extend = extending(until: [.semicolon]) { candidates.append(extend) }
    return candidates + closings()
  }

  private var valueCandidates: [Repair] {
    var candidates: [Repair] = []
    if token.kind == .semicolon { candidates.append(Repair(.insert([.word]), .missingValue)) }
    if token.kind == .closeBrace { candidates.append(Repair(.insert([.word, .semicolon]), .missingValue)) }
    if token.kind == .equals, token(at: 1)?.kind.beginsValue == true {
      candidates.append(Repair(.delete(1), .unexpected))
    }
    if let join = joining(until: [.semicolon]) { candidates.append(join) }
    candidates.append(Repair(.delete(1), .unexpected))
    if token.kind == .comma { candidates.append(Repair(.insert([.word, .semicolon]), .missingValue)) }
    if token.kind == .word || token.kind == .string { candidates.append(Repair(.insert([.word]), .missingValue)) }
    return candidates + closings()
  }

  private var semicolonCandidates: [Repair] {
    var candidates: [Repair] = []
    if token.kind == .equals, previous?.kind.isText == true, previous?.startsLine == true {
      candidates += candidatesForKeyReadAsValue
    }
    if let extend = extending(until: [.semicolon]) { candidates.append(extend) }
    candidates.append(Repair(.insert([.semicolon]), .missingSemicolon))
    if token.kind == .comma || token.kind == .equals || token.kind == .stray {
      candidates.append(Repair(.replace(1, with: .semicolon), .missingSemicolon))
    }
    candidates += closings()
    if token.kind == .equals, previous?.kind.isText == true { candidates += candidatesForKeyReadAsValue }
    let leavingOut = Repair(.delete(1), .unexpected)
    if previous?.kind == .closeParenthesis { candidates.append(leavingOut) }
    if token.kind == .comma || token.kind == .closeParenthesis {
      let opening: [Token.Kind] = [.semicolon, .word, .equals, .openParenthesis, .word]
      candidates.append(Repair(.insert(opening), .missingOpening("(")))
    }
    candidates.append(leavingOut)
    return candidates
  }

  /// The value just read is the key of what follows: its own value, or the brace of the dictionary it is in, is
  /// missing.
  private var candidatesForKeyReadAsValue: [Repair] {
    [
      Repair(.insert([.semicolon, .word, .equals, .openBrace, .word]), .missingOpening("{")),
      Repair(.insert([.semicolon, .word]), .missingValueBefore),
    ]
  }

  private var elementCandidates: [Repair] {
    var candidates = closings()
    if token.kind == .closeBrace {
      candidates.append(Repair(.replace(1, with: .closeParenthesis), .wrongClosing(expected: ")")))
    }
    if token.kind == .stray || token.kind == .equals, let join = joining(until: [.comma, .closeParenthesis]) {
      candidates.append(join)
    }
    candidates.append(Repair(.delete(1), .unexpected))
    return candidates
  }

  private var commaCandidates: [Repair] {
    var candidates: [Repair] = []
    let run: Set<Token.Kind> = [.stray, .equals, .openParenthesis]
    let extend = extending(until: [.comma, .closeParenthesis])
    if let extend, run.contains(token.kind) || token.isUnterminated || previous?.isOdd == true {
      candidates.append(extend)
    }
    if token.kind.beginsValue { candidates.append(Repair(.insert([.comma]), .missingComma)) }
    if token.kind == .semicolon { candidates.append(Repair(.replace(1, with: .comma), .missingComma)) }
    candidates += closings()
    if token.kind == .closeBrace {
      candidates.append(Repair(.replace(1, with: .closeParenthesis), .wrongClosing(expected: ")")))
    }
    if previous?.kind.isText == true, token.kind == .equals || token.kind == .semicolon {
      candidates.append(Repair(.insert([.comma, .openBrace, .word]), .missingOpening("{")))
      if token.kind == .equals {
        candidates.append(Repair(.insert([.closeParenthesis, .semicolon, .word]), .missingClosing))
      }
    }
    if let extend { candidates.append(extend) }
    candidates.append(Repair(.delete(1), .unexpected))
    return candidates
  }
}

// MARK: Closing what is open

extension RepairContext {
  /// Closing one container, or two, and so on: up to four.
  private func closings() -> [Repair] {
    let depth = grammar.levels.count
    guard depth > 0 else { return [] }
    return (1...min(depth, 4)).flatMap { count -> [Repair] in
      let plain = closing(count)
      guard case .insert(let kinds) = plain.change else { return [plain] }
      switch token.kind {
      // A new element or entry: what was closed also lacks the separator after it.
      case .openBrace, .openParenthesis: return [plain, Repair(.insert(kinds + [.comma]), plain.finding)]
      case .word, .string: return [plain, Repair(.insert(kinds + [.semicolon]), plain.finding)]
      // The container around it is closed right here, by a bracket that needs a separator before it.
      case .closeBrace: return [plain, Repair(.insert(kinds + [.semicolon]), plain.finding)]
      default: return [plain]
      }
    }
  }

  /// Closes the innermost `count` containers, completing what is unfinished in them.
  func closing(_ count: Int) -> Repair {
    var kinds: [Token.Kind] = []
    var phase = grammar.phase
    let levels = grammar.levels
    for index in (max(0, levels.count - count)..<levels.count).reversed() {
      switch phase {
      case .equals: kinds += [.semicolon]
      case .value: kinds += [.word, .semicolon]
      case .semicolon: kinds += [.semicolon]
      case .root, .key, .element, .comma, .end, .finished: break
      }
      if levels[index].container == .bareDictionary { break }
      kinds.append(levels[index].container == .array ? .closeParenthesis : .closeBrace)
      phase = .afterValue(in: index > 0 ? levels[index - 1].container : nil)
    }
    let isUnfinishedRoot = grammar.levels.last?.container == .bareDictionary
    return Repair(.insert(kinds), isUnfinishedRoot ? unfinishedRoot : .missingClosing)
  }

  /// A document without braces has nothing to close; what is missing at its end is the rest of its last entry.
  private var unfinishedRoot: SyntaxFinding {
    switch grammar.phase {
    case .equals, .value: .missingValue
    default: .missingSemicolon
    }
  }
}

// MARK: Text without quotes

extension RepairContext {
  /// Takes the tokens on the rest of the line up to one of `ends` for more of the text before them; but not a blank
  /// alone, which nobody would quote.
  private func extending(until ends: Set<Token.Kind>) -> Repair? {
    guard previous?.kind.isText == true, let count = lengthOfRun(until: ends) else { return nil }
    if token.isUnseen, count == 1 { return nil }
    return Repair(.extendText(by: count), .unquoted)
  }

  /// Takes the tokens on the rest of the line up to one of `ends` for one text, which no blank begins.
  private func joining(until ends: Set<Token.Kind>) -> Repair? {
    token.isUnseen ? nil : lengthOfRun(until: ends).map { Repair(.joinText($0), .unquoted) }
  }

  /// How many tokens there are up to the end of the line.
  private var restOfLine: Int {
    upcoming.prefix { !$0.startsLine && $0.kind != .end }.count
  }

  /// How many tokens on the same line stand before one of `ends`; `nil` if other structure comes first.
  private func lengthOfRun(until ends: Set<Token.Kind>) -> Int? {
    var depth = 0
    var count = 0
    let mayHoldEquals = token.kind == .equals || grammar.phase == .value || token.kind == .stray
    while let next = token(at: count) {
      if depth == 0, count > 0, ends.contains(next.kind) { return count }
      guard !next.startsLine, count < 64 else { return nil }
      switch next.kind {
      case .word, .string, .data, .stray: break
      case .equals: if !mayHoldEquals { return nil }
      case .openParenthesis: depth += 1
      case .closeParenthesis: depth -= 1
      case .comma: if !ends.contains(.semicolon) && depth == 0 { return nil }
      case .openBrace, .closeBrace, .semicolon, .end: return nil
      }
      if depth < 0 { return nil }
      count += 1
    }
    return nil
  }
}
