// Loops and functions of a script. Commands of a loop are read once for each of its words; those of a function where it is called,
// with what `$1` and the like stand for there.

/// A function of a script.
struct ShellFunction {
  /// Where it is defined.
  let word: Word
  /// Where its commands begin, in bytes.
  let start: Int
  var isCalled = false
}

extension IPFWScript {
  // MARK: Loops

  mutating func begin(_ loop: (variable: String, values: [String]), _ word: Word) {
    rounds += 1
    variables[loop.variable] = .known(loop.values[0])
    blocks.openLoop(
      word, ShellBlocks.Loop(variable: loop.variable, values: loop.values.dropFirst().reversed(), start: position))
  }

  // MARK: Definitions

  /// The commands of a function are passed over, up to its end.
  mutating func readDefinition() {
    var words = command.words[...]
    blocks.enter(&words, isConditional: command.isConditional)
    // The brace stood on a line of its own.
    if blocks.begun != nil { return define(from: words.first?.range.lowerBound ?? position) }
    var rest = Array(words)
    blocks.leaveSubshell(&rest)
  }

  mutating func define(from start: Int) {
    guard let name = blocks.definition, let word = blocks.begun else { return }
    functions[name] = ShellFunction(word: word, start: start)
    position = start
    isFollowedConditionally = false
  }

  /// Nobody knows whether something else calls them.
  mutating func readUncalledFunctions() {
    // Who calls others comes behind them.
    for (name, function) in functions.sorted(by: { $0.value.start > $1.value.start }) {
      guard functions[name]?.isCalled == false else { continue }
      call(name, function, Word(text: function.word.text, range: function.word.range), [], isCondition: true)
      readToEnd()
    }
  }

  // MARK: Calls

  /// Carries out what a shell does by itself: calls of functions, and what leaves them.
  ///
  /// - Returns: false for other commands.
  mutating func carriedOut(_ words: [Word], isCertain: Bool, isInSubshell: Bool) -> Bool {
    guard let first = words.first, first.refusal == nil else { return false }
    switch first.text {
    case "return" where blocks.call != nil:
      if blocks.isCertainInCall, !command.isConditional { leaveFunction() } else { leavePerhaps(first, isLoop: false) }
    case "break", "continue": leavePerhaps(first, isLoop: true)
    case "shift" where blocks.call != nil:
      let count = words.count > 1 ? Int(words[1].text) : 1
      let isKnown = blocks.isCertainInCall && !command.isConditional
      parameters = isKnown ? count.flatMap { count in parameters.map { Array($0.dropFirst(max(0, count))) } } : nil
    default:
      guard let function = functions[first.text] else { return false }
      call(
        first.text, function, first, Array(words.dropFirst()), range: words.range, isCondition: command.isConditional,
        isInSubshell: isInSubshell)
    }
    return true
  }

  private mutating func leavePerhaps(_ word: Word, isLoop: Bool) { blocks.makeConditional(word, isLoop: isLoop) }

  private mutating func call(
    _ name: String, _ function: ShellFunction, _ word: Word, _ arguments: [Word], range: Range<Int>? = nil,
    isCondition: Bool, isInSubshell: Bool = false
  ) {
    functions[name]?.isCalled = true
    let range = range ?? word.range
    if blocks.isRunning(name) {
      return refusals.append(ImportRefusal("function \(name.quoted) calls itself: that is not run through", at: range))
    }
    rounds += 1
    guard rounds < Self.mostRounds else {
      return refusals.append(ImportRefusal("more than \(Self.mostRounds) rounds of loops and calls", at: range))
    }
    let call = ShellBlocks.Call(
      function: name, end: position, parameters: parameters, isFollowedConditionally: isFollowedConditionally,
      range: range, isInSubshell: isInSubshell)
    blocks.begin(call, word, isCondition: isCondition)
    parameters = isCondition && arguments.isEmpty ? nil : IPFWWords.withoutRedirections(arguments[...])
    position = function.start
    isFollowedConditionally = false
  }

  /// Goes on behind the call.
  mutating func leaveFunction() {
    guard let call = blocks.leaveCall() else { return }
    size += max(0, position - (functions[call.function]?.start ?? position))
    (position, parameters) = (call.end, call.parameters)
    isFollowedConditionally = call.isFollowedConditionally
  }

  // MARK: Parameters

  /// `"$@"`, each of them as it was given.
  mutating func takeAllParameters() -> Bool {
    guard let parameters, bytes[position...].starts(with: Array(#""$@""#.utf8)) else { return false }
    let next = position + 4 < bytes.count ? bytes[position + 4] : UInt8(ascii: "\n")
    guard " \t\r\n;&|".utf8.contains(next) else { return false }
    position += 4
    for parameter in parameters { command.words.append(parameter) }
    size += parameters.reduce(0) { $0 + $1.text.utf8.count }
    usesParameters = true
    return true
  }

  /// What `$1`, `$@`, `$*` or `$#` stands for; `nil` where only a shell can tell.
  mutating func parameter(_ name: String) -> Word? {
    guard let parameters else { return nil }
    usesParameters = true
    let none = Word(text: "", range: 0..<0)
    switch name {
    case "#": return Word(text: "\(parameters.count)", range: 0..<0)
    case "@", "*":
      return Word(
        text: parameters.map(\.text).joined(separator: " "), range: 0..<0,
        refusal: parameters.lazy.compactMap(\.refusal).first)
    default:
      guard let number = Int(name), number > 0 else { return nil }
      return number <= parameters.count ? parameters[number - 1] : none
    }
  }
}

extension [Word] {
  /// Where a reader looks for what they mean.
  mutating func move(to range: Range<Int>) {
    for index in indices {
      self[index].range = range
      self[index].refusal?.range = range
    }
  }
}
