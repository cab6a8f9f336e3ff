internal import SentryDiagnostics

/// One command of a script, without the shell's own words before it, or one line of a listing.
struct IPFWCommand {
  var words: [Word]
  /// Runs only if the command before it succeeds, or fails.
  var isConditional = false
  /// What began the block that it stands in, where only a shell can tell whether that runs.
  var block: Word?
  var isListing = false
  /// A listing's line about a rule of a set that is switched off.
  var isDisabled = false
  /// What is wrong with how it is written.
  var refusal: ImportRefusal?
}

/// Divides a file into commands, as a shell would: words, quotes, variables, lines that go on, `for` over known words. A line that
/// begins with a number is one of a listing, and taken as it is.
struct IPFWScript {
  /// Longer ones are refused.
  static let longestLine = 1 << 16
  /// Of all loops together.
  static let mostRounds = 10_000
  /// What `ipfw -S list` puts before rules of sets that are switched off.
  private static let disabledMark = Array("# DISABLED ".utf8)
  private static let incompleteMark = Array("\(IPFWListing.incompleteMark) ".utf8)

  /// What variables and loops may add to what the file has, in bytes.
  private static let mostFilledIn = 1 << 22

  let bytes: [UInt8]
  var position = 0
  var variables: [String: Value] = [:]
  private var command = IPFWCommand(words: [])
  private var blocks = ShellBlocks()
  private var rounds = 0
  /// Of all words, in bytes.
  private var size = 0
  private var sizeOfCommand = 0
  private(set) var commands: [IPFWCommand] = []
  private(set) var refusals: [ImportRefusal] = []
  /// What ends the script before its last line.
  private(set) var exit: Word?

  enum Value {
    case known(String)
    /// Only a shell can tell.
    case unknown
  }

  init(_ source: SourceText) {
    bytes = source.bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while position < bytes.count { readLine() }
    endCommand(isConditional: false)
  }

  // MARK: Lines

  private mutating func readLine() {
    skipBlanks()
    let end = lineEnd
    if end - position > Self.longestLine {
      refusals.append(
        ImportRefusal(
          "a line of \(end - position) bytes; longer ones than \(Self.longestLine) are not read",
          at: position..<position))
      position = end + 1
    } else if let first = byte, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
      readListing(to: end)
    } else if bytes[position...].starts(with: Self.disabledMark) {
      position += Self.disabledMark.count
      readListing(to: end, isDisabled: true)
    } else if bytes[position...].starts(with: Self.incompleteMark) {
      let mark = position..<position + Self.incompleteMark.count - 1
      position += Self.incompleteMark.count
      readListing(to: end)
      commands[commands.count - 1].refusal = ImportRefusal(
        "what this rule asks besides, behind 'if' at its end, ipfw has no words for", at: mark)
    } else {
      readShell()
    }
  }

  private var lineEnd: Int {
    bytes[position...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
  }

  var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
  }

  private mutating func readListing(to end: Int, isDisabled: Bool = false) {
    let words = bytes[position..<end].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { word in
      Word(text: String(decoding: word, as: UTF8.self), range: word.startIndex..<word.endIndex)
    }
    commands.append(IPFWCommand(words: words, isListing: true, isDisabled: isDisabled))
    position = end + 1
  }

  // MARK: The shell's words

  /// Up to the end of the line, or of the last of several that go on.
  private mutating func readShell() {
    while let byte {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
        return endCommand(isConditional: false)
      case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
      case UInt8(ascii: "#"): position = lineEnd
      case UInt8(ascii: ";"):
        position += 1
        endCommand(isConditional: false)
      case UInt8(ascii: "&"), UInt8(ascii: "|"):
        let isDouble = position + 1 < bytes.count && bytes[position + 1] == byte
        position += isDouble ? 2 : 1
        endCommand(isConditional: isDouble)
      case UInt8(ascii: "\\") where continuesLine: skipLineEnd()
      case UInt8(ascii: "(") where command.words.isEmpty && !blocks.isInCase:
        add([byte], from: position, isQuoted: false, nil)
        position += 1
      default: readWord()
      }
    }
  }

  /// A backslash before the end of a line.
  private var continuesLine: Bool {
    position + 1 < bytes.count
      && (bytes[position + 1] == UInt8(ascii: "\n") || bytes[position + 1] == UInt8(ascii: "\r"))
  }

  private mutating func skipLineEnd() {
    position += bytes[position...].starts(with: Array("\\\r\n".utf8)) ? 3 : 2
  }

  private mutating func endCommand(isConditional: Bool) {
    // Behind `&&` the line may end.
    if command.refusal == nil, command.words.isEmpty, command.isConditional { return }
    if command.refusal != nil || !command.words.isEmpty { finishCommand() }
    command = IPFWCommand(words: [], isConditional: isConditional)
    sizeOfCommand = 0
  }

  private mutating func finishCommand() {
    if blocks.condition == nil, !command.isConditional, let loop = ShellBlocks.loop(command.words),
      rounds < Self.mostRounds
    {
      return begin(loop, command.words[0])
    }
    if command.words.first?.text == "done", let round = blocks.nextRound() {
      rounds += 1
      guard rounds < Self.mostRounds else {
        refusals.append(ImportRefusal("more than \(Self.mostRounds) rounds of loops", at: command.words[0]))
        return
      }
      variables[round.variable] = .known(round.value)
      position = round.start
      return
    }
    var words = command.words[...]
    blocks.enter(&words, isConditional: command.isConditional)
    (command.words, command.block) = (Array(words), blocks.condition)
    let isInSubshell = blocks.isInSubshell
    blocks.leaveSubshell(&command.words)
    words = command.words[...]
    let isCertain = command.block == nil && !command.isConditional && !isInSubshell
    if words.first?.text == "exit", isCertain { end(words[0]) }
    guard command.refusal == nil else { return commands.append(command) }
    let assigned =
      ["export", "readonly", "local"].contains(words.first?.text) ? Array(words.dropFirst()) : Array(words)
    guard !words.isEmpty, assigned.allSatisfy({ Self.assignment($0.text) != nil }) else {
      if !words.isEmpty { commands.append(command) }
      return
    }
    for word in assigned { assign(word, isCertain: isCertain) }
  }

  /// Nothing behind it runs.
  private mutating func end(_ word: Word) {
    let rest = bytes[min(position, bytes.count)...].contains { !UnicodeScalar($0).properties.isWhitespace }
    if rest { exit = word }
    position = bytes.count
  }

  private mutating func begin(_ loop: (variable: String, values: [String]), _ word: Word) {
    rounds += 1
    variables[loop.variable] = .known(loop.values[0])
    blocks.openLoop(
      word, ShellBlocks.Loop(variable: loop.variable, values: loop.values.dropFirst().reversed(), start: position))
  }

  /// What is assigned under a condition is not known afterwards, but for what is ipfw in any case.
  private mutating func assign(_ word: Word, isCertain: Bool) {
    guard let (name, value) = Self.assignment(word.text) else { return }
    let isSame = if case .known(let before)? = variables[name] { before == value } else { false }
    let isKnown = word.refusal == nil && (isCertain || isSame || IPFWWords.isFirewall(value))
    variables[name] = isKnown ? .known(value) : .unknown
  }

  static func assignment(_ word: String) -> (String, String)? {
    guard let equals = word.firstIndex(of: "="), isName(word[..<equals]) else { return nil }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  /// One word; several where a variable holds several and stands outside quotes.
  private mutating func readWord() {
    let start = position
    var text: [UInt8] = []
    var isQuoted = false
    var quote: UInt8?
    var refusal: ImportRefusal?
    reading: while let byte {
      // Of `2>&1` no command ends.
      if byte == UInt8(ascii: "&"), quote == nil, text.last == UInt8(ascii: ">") {
        text.append(byte)
        position += 1
        continue
      }
      switch (byte, quote) {
      case (UInt8(ascii: "\n"), nil), (UInt8(ascii: "\r"), nil), (UInt8(ascii: " "), nil), (UInt8(ascii: "\t"), nil),
        (UInt8(ascii: ";"), nil), (UInt8(ascii: "&"), nil), (UInt8(ascii: "|"), nil):
        break reading
      case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil):
        (quote, isQuoted) = (byte, true)
        position += 1
      case (_, byte):
        quote = nil
        position += 1
      case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")):
        readEscape(into: &text)
      case (UInt8(ascii: "`"), nil), (UInt8(ascii: "`"), UInt8(ascii: "\"")):
        refusal = skipSubstitution(to: UInt8(ascii: "`"), into: &text)
      case (UInt8(ascii: "$"), nil), (UInt8(ascii: "$"), UInt8(ascii: "\"")):
        refusal = readVariable(into: &text) ?? refusal
      default:
        text.append(byte)
        position += 1
      }
    }
    if quote != nil { command.refusal = ImportRefusal("a quote that does not end", at: start..<start + 1) }
    add(text, from: start, isQuoted: isQuoted, refusal)
  }

  private mutating func readEscape(into text: inout [UInt8]) {
    if continuesLine { return skipLineEnd() }
    position += 1
    if let byte {
      text.append(byte)
      position += 1
    }
  }

  /// Variables of variables make much of little.
  private mutating func hasRoom(for count: Int, at start: Int) -> Bool {
    size += count
    sizeOfCommand += count
    if sizeOfCommand > Self.longestLine {
      command.refusal = ImportRefusal(
        "a command of more than \(Self.longestLine) bytes, with its variables filled in", at: start..<start + 1)
      return false
    }
    guard size > bytes.count + Self.mostFilledIn else { return true }
    refusals.append(ImportRefusal("with its variables filled in, the file becomes too long", at: start..<start + 1))
    position = bytes.count
    return false
  }

  private mutating func add(_ text: [UInt8], from start: Int, isQuoted: Bool, _ refusal: ImportRefusal?) {
    let whole = String(decoding: text, as: UTF8.self)
    let isAssignment = Self.assignment(whole) != nil
    let parts = isQuoted || isAssignment || refusal != nil ? [whole[...]] : whole.split(whereSeparator: \.isWhitespace)
    guard hasRoom(for: text.count, at: start) else { return }
    for part in parts {
      command.words.append(Word(text: String(part), range: start..<position, refusal: refusal))
    }
    // What follows is the first pattern.
    if command.words.count == 3, command.words[0].text == "case", whole == "in" { endCommand(isConditional: false) }
  }
}
