import SentryDiagnostics

/// Reads a text property list into a `SyntaxTree`, with a finding for every mistake, and goes on after each.
///
/// The work is shared: `Scanner` cuts the text into tokens, `Grammar` says which token may come next, `RepairContext`
/// what to do about one that may not, and `TreeBuilder` gathers the nodes. Nothing recurses, so nesting costs no stack.
struct Parser {
  /// A document may have this many containers inside one another.
  static let nestingLimit = 512
  /// After this many findings the rest of the text is not looked at; warnings alone never stop the reading.
  static let findingLimit = 200
  /// How far ahead repairs are tried out, in tokens.
  private static let lookahead = 2000

  let source: SourceText
  var findings: [Diagnostic] = []

  var scanner: Scanner
  var grammar = Grammar()
  var upcoming: [Token] = []
  /// Index in `upcoming` of the token to take next.
  var head = 0
  /// The token taken last, inserted ones included.
  var previous: Token?

  var tree: TreeBuilder
  /// The first closing bracket whose line stands further out than that of its opening one: where another bracket was
  /// probably forgotten.
  var suspect: (token: Token, level: Grammar.Level)?
  var hasGivenUp = false
  /// Places the byte check has already spoken about.
  let invalidRanges: [Range<Int>]

  /// Begins at the start of `source`. Where it is not UTF-8, which `invalidRanges` says in ascending order, nothing
  /// more is said about bare text.
  init(_ source: SourceText, invalidRanges: [Range<Int>] = []) {
    self.source = source
    self.invalidRanges = invalidRanges
    scanner = Scanner(source.bytes)
    tree = TreeBuilder(for: source.bytes)
  }

  /// The tree, or `nil` if there is nothing in it or it was not read to the end, and the findings as they were made.
  static func parse(
    _ source: SourceText, invalidRanges: [Range<Int>] = []
  ) -> (tree: SyntaxTree?, findings: [Diagnostic]) {
    var parser = Parser(source, invalidRanges: invalidRanges)
    parser.run()
    let nodes = parser.tree.nodes
    let isWhole = !nodes.isEmpty && !parser.hasGivenUp
    return (isWhole ? SyntaxTree(source: source, nodes: nodes) : nil, parser.findings)
  }

  private mutating func run() {
    beginRoot()
    while grammar.phase != .finished, !hasGivenUp {
      let token = peek()
      if closesRootTooEarly(token) {
        settleRoot()
      } else {
        take(token)
      }
    }
  }

  var bytes: [UInt8] { source.bytes }
}

// MARK: Tokens

extension Parser {
  /// The token `distance` places ahead; `.end` beyond the end.
  private mutating func peek(_ distance: Int = 0) -> Token {
    while upcoming.count <= head + distance {
      if let last = upcoming.last, last.kind == .end, upcoming.count > head { return last }
      upcoming.append(scan())
    }
    return upcoming[head + distance]
  }

  private mutating func scan() -> Token {
    let token = scanner.next()
    if !scanner.commentProblems.isEmpty {
      for problem in scanner.takeCommentProblems() { report(problem) }
    }
    return token
  }

  private mutating func drop(_ count: Int = 1) {
    for _ in 0..<count {
      previous = peek()
      head += 1
    }
    if head > 4096 {
      upcoming.removeFirst(head)
      head = 0
    }
  }

  /// Drops `token`, the next one. Without a repair nobody looks ahead: the queue stays as short as a line of text.
  private mutating func advance(past token: Token) {
    previous = token
    head += 1
    guard head == upcoming.count else { return }
    upcoming.removeAll(keepingCapacity: true)
    head = 0
  }

  /// Takes `token`, the next one, or repairs what is before it.
  private mutating func take(_ token: Token) {
    let phase = grammar.phase
    if opensTooDeep(token, in: phase) { return }
    let level = grammar.levels.last
    guard grammar.accept(token) else { return repair() }
    noteSuspect(token, closing: level)
    advance(past: token)
    build(token, in: phase)
  }

  private mutating func opensTooDeep(_ token: Token, in phase: Grammar.Phase) -> Bool {
    guard grammar.levels.count >= Self.nestingLimit, phase == .value || phase == .element,
      token.kind == .openBrace || token.kind == .openParenthesis
    else { return false }
    report(SyntaxMessages.nestingTooDeep(limit: Self.nestingLimit, at: token.range))
    hasGivenUp = true
    return true
  }

  private mutating func noteSuspect(_ token: Token, closing level: Grammar.Level?) {
    guard suspect == nil, let level, token.kind == .closeBrace || token.kind == .closeParenthesis, token.startsLine,
      let indentation = level.indentation, token.indentation < indentation
    else { return }
    suspect = (token, level)
  }
}

// MARK: The root

extension Parser {
  /// Pairs without braces, as in a `.strings` file, are a document too; they begin with a key.
  private mutating func beginRoot() {
    if peek().kind == .end {
      if !scanner.endsInComment { report(SyntaxMessages.emptyDocument()) }
      hasGivenUp = true
      return
    }
    guard peek().kind.isText, peek(1).kind != .end else { return }
    let isPairs = (1...8).contains { distance in
      let kind = peek(distance).kind
      return kind == .equals || kind == .semicolon
    }
    guard isPairs else { return }
    grammar.openBareDictionary()
    tree.openContainer(.dictionary, at: .inserted(.openBrace, at: peek().start))
  }

  /// Whether `token` completes the root although there is more text.
  private mutating func closesRootTooEarly(_ token: Token) -> Bool {
    switch grammar.phase {
    case .root: return token.kind.isText && peek(1).kind != .end || token.kind == .data && peek(1).kind != .end
    case .key, .element, .comma:
      guard grammar.levels.count == 1, grammar.levels[0].container != .bareDictionary else { return false }
      var trial = grammar
      return trial.accept(token) && trial.phase == .end && peek(1).kind != .end
    default: return false
    }
  }

  /// There is more text after what completes the root: a bracket too many, one too few at the start, or other text.
  private mutating func settleRoot() {
    let token = peek()
    let context = lookAhead()
    if isStrayClosing(token, in: context) {
      apply(Repair(.delete(1), .unexpected))
      return
    }
    let phase = grammar.phase
    guard grammar.accept(token) else { return hasGivenUp = true }
    drop()
    build(token, in: phase)
    let next = peek()
    if next.kind == .comma || next.kind == .closeParenthesis, tree.nodes[0].kind == .dictionary {
      apply(Repair(.openArrayAroundRoot, .missingOpeningOfRoot("(")))
      return
    }
    let isList = next.kind == .openBrace && tree.nodes[0].kind == .dictionary
    report(SyntaxMessages.textAfterRoot(describe(tree.nodes[0].kind), isList: isList, at: next.range))
    grammar = Grammar()
    _ = grammar.accept(.inserted(.word, at: next.start))
    _ = grammar.accept(.inserted(.end, at: next.start))
  }

  /// Whether the document reads on well when the bracket that would complete the root is left out.
  private func isStrayClosing(_ token: Token, in context: RepairContext) -> Bool {
    guard token.kind == .closeBrace || token.kind == .closeParenthesis else { return false }
    if context.token(at: 1)?.kind == token.kind, context.token(at: 2)?.kind == .end { return false }
    var trial = grammar
    var index = 1
    while let next = context.token(at: index), trial.accept(next) { index += 1 }
    if trial.phase == .finished { return true }
    let standsWithOpening = token.startsLine && token.indentation == grammar.levels[0].indentation
    return !standsWithOpening && index > 8
  }
}

// MARK: Repairs

extension Parser {
  private mutating func lookAhead() -> RepairContext {
    for distance in 0..<Self.lookahead where peek(distance).kind == .end { break }
    return RepairContext(
      grammar: grammar, upcoming: upcoming[head..<min(upcoming.count, head + Self.lookahead)], previous: previous)
  }

  private mutating func repair() {
    // All there was has been left out, and told.
    if grammar.phase == .root, peek().kind == .end { return hasGivenUp = true }
    apply(lookAhead().bestRepair())
  }

  private mutating func apply(_ repair: Repair) {
    let token = peek()
    if let finding = diagnostic(for: repair, at: token) { report(finding) }
    switch repair.change {
    case .insert(let kinds): for kind in kinds { insert(kind) }
    case .replace(let count, let kind):
      drop(count)
      insert(kind)
    case .delete(let count): drop(count)
    case .extendText(let count):
      drop(count)
      tree.extendLast(to: previous?.end ?? token.end)
      previous?.kind = .word
    case .joinText(let count):
      drop(count)
      join(from: token.start, to: previous?.end ?? token.end)
    case .openArrayAroundRoot: openArrayAroundRoot(before: token)
    }
  }

  /// Lets the grammar and the tree see a token that is not in the text.
  private mutating func insert(_ kind: Token.Kind) {
    let phase = grammar.phase
    let token = Token.inserted(kind, at: previous?.end ?? 0)
    guard grammar.levels.count < Self.nestingLimit || kind != .openBrace && kind != .openParenthesis,
      grammar.accept(token)
    else {
      hasGivenUp = true
      return
    }
    build(token, in: phase)
  }

  private mutating func join(from start: Int, to end: Int) {
    var token = Token(kind: .word, triviaStart: start, start: start, end: end)
    token.isOdd = true
    guard grammar.accept(token) else { return hasGivenUp = true }
    tree.addUnquoted(token)
    previous = token
  }

  /// What follows the complete root becomes an array after it, so that it is read and judged too.
  private mutating func openArrayAroundRoot(before token: Token) {
    grammar.openArrayAroundRoot()
    tree.openContainer(.array, at: .inserted(.openParenthesis, at: token.start))
  }
}

// MARK: The tree

extension Parser {
  /// Adds what `token`, accepted in `phase`, means for the tree.
  private mutating func build(_ token: Token, in phase: Grammar.Phase) {
    switch token.kind {
    case .openBrace: tree.openContainer(.dictionary, at: token)
    case .openParenthesis: tree.openContainer(.array, at: token)
    case .closeBrace, .closeParenthesis: closeContainer(at: token)
    case .word, .string, .data:
      tree.addScalar(token)
      if !token.isInserted { check(token) }
    case .semicolon:
      if phase == .equals { tree.addShorthandValue() }
      if !token.isInserted { tree.setSeparator(at: token.start) }
    case .equals, .comma: if !token.isInserted { tree.setSeparator(at: token.start) }
    case .stray: break
    case .end: while tree.hasOpenContainers { closeContainer(at: .inserted(.closeBrace, at: token.start)) }
    }
  }

  /// The root is pairs.
  private var isWithoutBraces: Bool { bytes[Int(tree.nodes[0].start)] != UInt8(ascii: "{") }

  private mutating func closeContainer(at token: Token) {
    let end = token.isInserted ? previous?.end ?? token.end : token.end
    guard let index = tree.closeContainer(at: end, isInText: !token.isInserted),
      tree.nodes[index].kind == .dictionary
    else { return }
    let duplicates = DuplicateKeys(ofDictionaryAt: index, in: tree.nodes, of: bytes).pairs
    if index == 0, duplicates.count > 1, isWithoutBraces {
      return reportSecondDictionary(from: tree.nodes[duplicates[0].key])
    }
    for (key, first) in duplicates where !hasGivenUp { reportDuplicate(tree.nodes[key], first: tree.nodes[first]) }
  }
}
