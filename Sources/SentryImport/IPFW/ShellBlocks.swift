/// The blocks of a shell script that are open: `if`, `case`, loops, functions, braces.
struct ShellBlocks {
  /// A `for` over words that are known: its commands are read once for each.
  struct Loop {
    let variable: String
    /// For the rounds to come, the next one last.
    var values: [String]
    /// Where its commands begin, in bytes.
    let start: Int
  }

  /// A function that is run through.
  struct Call {
    let function: String
    /// Where to go on behind it, in bytes.
    let end: Int
    /// `$1` and what follows, of who called.
    let parameters: [Word]?
    /// Whether what follows runs only if the function succeeds, or fails.
    let isFollowedConditionally: Bool
    /// The command that called.
    let range: Range<Int>
    let isInSubshell: Bool
  }

  private struct Block {
    var word: Word
    /// Only a shell can tell whether what is in it runs, and how often.
    var isCondition = true
    /// A function whose brace is still to come.
    var awaitsBrace = false
    /// The name of the function whose commands these are.
    var definition: String?
    var loop: Loop?
    var call: Call?
  }

  private static let wordsBeforeCommands: Set<String> = ["then", "else", "do", "!", "time"]
  private static let openings: Set<String> = ["if", "while", "until", "for", "case"]
  private static let closings: Set<String> = ["fi", "done", "esac", "}"]

  private var open: [Block] = []
  /// The function whose commands begin with what is left of the command.
  private(set) var begun: Word?

  /// The word that began the innermost block of which only a shell can tell whether it runs.
  var condition: Word? { open.last { $0.isCondition }?.word }

  /// Takes the shell's own words from the beginning of a command, and opens and closes blocks by them.
  ///
  /// - Parameter isConditional: a block that begins here runs only if the command before it succeeds, or fails.
  mutating func enter(_ words: inout ArraySlice<Word>, isConditional: Bool) {
    begun = nil
    while begun == nil, let first = words.first {
      let text = first.text
      if Self.wordsBeforeCommands.contains(text) {
        words.removeFirst()
      } else if text == "elif" {
        return words.removeAll()
      } else if Self.openings.contains(text) {
        open.append(Block(word: first))
        return words.removeAll()
      } else if Self.closings.contains(text) {
        _ = open.popLast()
        return words.removeAll()
      } else if text == "{" || text == "(" {
        openBrace(first, isConditional: isConditional)
        words.removeFirst()
      } else if takeFunction(&words, isConditional: isConditional) || takePattern(&words) {
        continue
      } else {
        return
      }
    }
  }

  /// That of a function, or one whose commands run in any case.
  private mutating func openBrace(_ word: Word, isConditional: Bool) {
    if open.last?.awaitsBrace == true {
      open[open.count - 1].awaitsBrace = false
      if open[open.count - 1].definition != nil { begun = open[open.count - 1].word }
    } else {
      open.append(Block(word: word, isCondition: isConditional))
    }
  }

  // MARK: Subshells

  /// What a command sets there is not known outside.
  var isInSubshell: Bool { open.contains { $0.word.text == "(" || $0.call?.isInSubshell == true } }

  /// What comes next is a pattern, which may begin with a parenthesis.
  var isInCase: Bool { open.last?.word.text == "case" }

  /// Takes the parenthesis that ends a subshell from the end of a command.
  mutating func leaveSubshell(_ words: inout [Word]) {
    while open.last?.word.text == "(", let last = words.last, last.refusal == nil, last.text.hasSuffix(")") {
      let letters = words.map(\.text).joined()
      guard letters.count(where: { $0 == ")" }) > letters.count(where: { $0 == "(" }) else { return }
      words[words.count - 1].text.removeLast()
      if words[words.count - 1].text.isEmpty { words.removeLast() }
      open.removeLast()
    }
  }

  /// `name()`, `name ()` or `function name`.
  private mutating func takeFunction(_ words: inout ArraySlice<Word>, isConditional: Bool) -> Bool {
    guard let first = words.first else { return false }
    let second = words.dropFirst().first?.text
    guard first.text.hasSuffix("()") || second == "()" || first.text == "function" && second != nil else {
      return false
    }
    words = words.dropFirst(first.text.hasSuffix("()") ? 1 : 2)
    if words.first?.text == "()" { words.removeFirst() }
    let name = first.text == "function" ? second ?? "" : first.text
    let isCertain = !isConditional && condition == nil
    open.append(
      Block(word: first, awaitsBrace: true, definition: isCertain ? name.replacing("()", with: "") : nil))
    return true
  }

  /// `open)` of a `case`.
  private mutating func takePattern(_ words: inout ArraySlice<Word>) -> Bool {
    guard open.last?.word.text == "case", let end = words.firstIndex(where: { $0.text.contains(")") }) else {
      return false
    }
    let rest = words[end].text.drop { $0 != ")" }.dropFirst()
    words = words[end...]
    if rest.isEmpty { words.removeFirst() } else { words[end].text = String(rest) }
    return true
  }

  // MARK: Functions

  /// Commands of a function that is not called here.
  var isInDefinition: Bool { open.contains { $0.definition != nil } }

  /// The name of the innermost function that is being defined.
  var definition: String? { open.last { $0.definition != nil }?.definition }

  /// The innermost function that is run through.
  var call: Call? { open.last { $0.call != nil }?.call }

  func isRunning(_ function: String) -> Bool { open.contains { $0.call?.function == function } }

  /// - Parameter isCondition: only a shell can tell whether it is called.
  mutating func begin(_ call: Call, _ word: Word, isCondition: Bool) {
    open.append(Block(word: word, isCondition: isCondition, call: call))
  }

  /// The brace that comes ends the innermost function that is run through.
  var isAtEndOfCall: Bool { open.last?.call != nil }

  /// Leaves the innermost function that is run through, with all blocks in it.
  mutating func leaveCall() -> Call? {
    guard let place = open.lastIndex(where: { $0.call != nil }) else { return nil }
    defer { open.removeSubrange(place...) }
    return open[place].call
  }

  /// Whether what comes now in the innermost function runs whenever that is called.
  var isCertainInCall: Bool {
    guard let place = open.lastIndex(where: { $0.call != nil }) else { return false }
    return !open[(place + 1)...].contains(where: \.isCondition)
  }

  /// From here on, only a shell can tell what runs of the innermost function, or of the innermost loop.
  mutating func makeConditional(_ word: Word, isLoop: Bool) {
    guard let place = open.lastIndex(where: { isLoop ? $0.loop != nil : $0.call != nil }) else { return }
    (open[place].word, open[place].isCondition) = (word, true)
  }

  // MARK: Loops

  /// `for p in 22 80`, where the words are known.
  ///
  /// - Returns: the variable and the words; `nil` for any other command.
  static func loop(_ words: [Word]) -> (variable: String, values: [String])? {
    guard words.count > 3, words[0].text == "for", words[2].text == "in", words.allSatisfy({ $0.refusal == nil }) else {
      return nil
    }
    return (words[1].text, words.dropFirst(3).map(\.text))
  }

  /// Opens the block of a `for`, in its first round.
  mutating func openLoop(_ word: Word, _ loop: Loop) {
    open.append(Block(word: word, isCondition: false, loop: loop))
  }

  /// Begins the next round of the innermost block.
  ///
  /// - Returns: what its variable stands for then, and where its commands begin; `nil` where no round is left.
  mutating func nextRound() -> (variable: String, value: String, start: Int)? {
    guard let loop = open.last?.loop, let value = loop.values.last else { return nil }
    open[open.count - 1].loop?.values.removeLast()
    return (loop.variable, value, loop.start)
  }
}
