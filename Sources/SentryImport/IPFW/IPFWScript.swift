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

/// Divides a file into commands, as a shell would: words, quotes, variables, lines that go on, `for` over known words, functions
/// where they are called. A line that begins with a number is one of a listing, and taken as it is.
struct IPFWScript {
  /// Longer ones are refused.
  static let longestLine = 1 << 16
  /// Of all loops and calls together.
  static let mostRounds = 10_000
  /// What `ipfw -S list` puts before rules of sets that are switched off.
  private static let disabledMark = Array("# DISABLED ".utf8)
  private static let incompleteMark = Array("\(IPFWListing.incompleteMark) ".utf8)

  /// What variables and loops may add to what the file has, in bytes.
  private static let mostFilledIn = 1 << 22

  let bytes: [UInt8]
  var position = 0
  var variables: [String: Value] = [:]
  var command = IPFWCommand(words: [])
  var blocks = ShellBlocks()
  /// Where the commands of functions begin, by their names.
  var functions: [String: ShellFunction] = [:]
  /// `$1` and what follows; `nil` outside functions, where only a shell can tell.
  var parameters: [Word]?
  /// The command that is read has some of these.
  var usesParameters = false
  /// The next command runs only if this one succeeds, or fails.
  var isFollowedConditionally = false
  var rounds = 0
  /// Of all words, in bytes.
  var size = 0
  private var sizeOfCommand = 0
  /// What is read is the comment of a rule in a file for ipfw itself, behind `//`.
  private var isInComment = false
  private(set) var commands: [IPFWCommand] = []
  var refusals: [ImportRefusal] = []
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
    readToEnd()
    readUncalledFunctions()
  }

  mutating func readToEnd() {
    repeat {
      while position < bytes.count { readLine() }
      // A function that is called last leads back.
      endCommand(isConditional: false)
    } while position < bytes.count
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

  var lineEnd: Int {
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
    isFollowedConditionally = isConditional
    if command.refusal != nil || !command.words.isEmpty { finishCommand() }
    command = IPFWCommand(words: [], isConditional: isFollowedConditionally)
    (sizeOfCommand, usesParameters, isInComment) = (0, false, false)
  }

  private mutating func finishCommand() {
    if blocks.isInDefinition { return readDefinition() }
    if command.words.first?.text == "}", blocks.isAtEndOfCall { return leaveFunction() }
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
      size += max(0, position - round.start)
      position = round.start
      return
    }
    var words = command.words[...]
    blocks.enter(&words, isConditional: command.isConditional)
    if blocks.begun != nil { return define(from: words.first?.range.lowerBound ?? position) }
    (command.words, command.block) = (Array(words), blocks.condition)
    let isInSubshell = blocks.isInSubshell
    blocks.leaveSubshell(&command.words)
    words = command.words[...]
    let isCertain = command.block == nil && !command.isConditional && !isInSubshell
    if words.first?.text == "exit", isCertain { end(words[0]) }
    if usesParameters, let range = blocks.call?.range { command.words.move(to: range) }
    if let mark = words.first(where: { isHereDocument($0) }) { skipHereDocument(mark) }
    guard command.refusal == nil else { return commands.append(command) }
    if carriedOut(command.words, isCertain: isCertain, isInSubshell: isInSubshell) { return }
    let isDeclared = ["export", "readonly", "local"].contains(words.first?.text)
    let assigned = isDeclared ? words.dropFirst().filter { !Self.isName($0.text[...]) } : Array(words)
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

  /// One word; several where a variable holds several and stands outside quotes.
  private mutating func readWord() {
    if takeAllParameters() { return }
    let start = position
    var text: [UInt8] = []
    var isQuoted = false
    var quote: UInt8?
    var refusal: ImportRefusal?
    // In a file for ipfw itself, which knows no quotes.
    let isRule = command.words.first?.text == "add"
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
      // A rule is written on one line, and its comment as people write.
      case (UInt8(ascii: "\n"), _) where isRule, (UInt8(ascii: "\r"), _) where isRule: break reading
      case (UInt8(ascii: "'"), nil) where isInComment, (UInt8(ascii: "\""), nil) where isInComment:
        text.append(byte)
        position += 1
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
      if part == "//", command.words.first?.text == "add" { isInComment = true }
      command.words.append(Word(text: String(part), range: start..<position, refusal: refusal))
    }
    // What follows is the first pattern.
    if command.words.count == 3, command.words[0].text == "case", whole == "in" { endCommand(isConditional: false) }
  }
}
