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

  private struct Block {
    let word: Word
    /// Only a shell can tell whether what is in it runs, and how often.
    var isCondition = true
    /// A function whose brace is still to come.
    var awaitsBrace = false
    var loop: Loop?
  }

  private static let wordsBeforeCommands: Set<String> = ["then", "else", "do", "!", "time"]
  private static let openings: Set<String> = ["if", "while", "until", "for", "case"]
  private static let closings: Set<String> = ["fi", "done", "esac", "}"]

  private var open: [Block] = []

  /// The word that began the innermost block of which only a shell can tell whether it runs.
  var condition: Word? { open.last { $0.isCondition }?.word }

  /// Takes the shell's own words from the beginning of a command, and opens and closes blocks by them.
  ///
  /// - Parameter isConditional: a block that begins here runs only if the command before it succeeds, or fails.
  mutating func enter(_ words: inout ArraySlice<Word>, isConditional: Bool) {
    while let first = words.first {
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
      } else if takeFunction(&words) || takePattern(&words) {
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
    } else {
      open.append(Block(word: word, isCondition: isConditional))
    }
  }

  // MARK: Subshells

  /// What a command sets there is not known outside.
  var isInSubshell: Bool { open.contains { $0.word.text == "(" } }

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
  private mutating func takeFunction(_ words: inout ArraySlice<Word>) -> Bool {
    guard let first = words.first else { return false }
    let second = words.dropFirst().first?.text
    guard first.text.hasSuffix("()") || second == "()" || first.text == "function" && second != nil else {
      return false
    }
    words = words.dropFirst(first.text.hasSuffix("()") ? 1 : 2)
    if words.first?.text == "()" { words.removeFirst() }
    open.append(Block(word: first, awaitsBrace: true))
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
