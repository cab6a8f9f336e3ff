internal import SentryDiagnostics

/// One command of a script, or one line of a listing.
struct IPFWCommand {
  var words: [Word]
  /// Runs only if the command before it succeeds, or fails.
  var isConditional = false
}

/// Divides a file into commands, as a shell would: words, quotes, variables, lines that go on. A line that begins with a number
/// is one of a listing, and taken as it is.
struct IPFWScript {
  /// Longer ones are refused.
  static let longestLine = 1 << 16

  private let bytes: [UInt8]
  private var position = 0
  private var variables: [String: Value] = [:]
  private var command = IPFWCommand(words: [])
  private var isNextConditional = false
  private var refusal: ImportRefusal?
  private(set) var commands: [IPFWCommand] = []
  private(set) var refusals: [ImportRefusal] = []

  private enum Value {
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
    } else {
      readShell()
    }
  }

  private var lineEnd: Int {
    bytes[position...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
  }

  private mutating func readListing(to end: Int) {
    let words = bytes[position..<end].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { word in
      Word(text: String(decoding: word, as: UTF8.self), range: word.startIndex..<word.endIndex)
    }
    commands.append(IPFWCommand(words: words))
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
    if let refusal {
      refusals.append(refusal)
    } else if !command.words.isEmpty {
      finishCommand()
    }
    refusal = nil
    command = IPFWCommand(words: [], isConditional: isConditional || isNextConditional)
    isNextConditional = false
  }

  /// Assignments set variables, all else is a command.
  private mutating func finishCommand() {
    let words = command.words.first?.text == "export" ? Array(command.words.dropFirst()) : command.words
    let assignments = words.map { Self.assignment($0.text) }
    guard !command.isConditional, assignments.allSatisfy({ $0 != nil }) else {
      return commands.append(command)
    }
    for (name, value) in assignments.compactMap(\.self) {
      variables[name] = value.contains(Self.unknownMark) ? .unknown : .known(value)
    }
  }

  private static func assignment(_ word: String) -> (String, String)? {
    guard let equals = word.firstIndex(of: "="), isName(word[..<equals]) else { return nil }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// Stands for what only a shell can tell.
  private static let unknownMark: Character = "\u{1}"

  /// One word; several where a variable holds several and stands outside quotes.
  private mutating func readWord() {
    let start = position
    var text: [UInt8] = []
    var isQuoted = false
    var quote: UInt8?
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
        skipSubstitution(to: UInt8(ascii: "`"), into: &text)
      case (UInt8(ascii: "$"), nil), (UInt8(ascii: "$"), UInt8(ascii: "\"")):
        readVariable(into: &text, isQuoted: quote != nil)
      default:
        text.append(byte)
        position += 1
      }
    }
    if quote != nil { refusal = ImportRefusal("a quote that does not end", at: start..<start + 1) }
    add(text, from: start, isQuoted: isQuoted)
  }

  private mutating func readEscape(into text: inout [UInt8]) {
    if continuesLine { return skipLineEnd() }
    position += 1
    if let byte {
      text.append(byte)
      position += 1
    }
  }

  private mutating func skipSubstitution(to end: UInt8, into text: inout [UInt8]) {
    position = bytes[(position + 1)...].firstIndex { $0 == end || $0 == UInt8(ascii: "\n") } ?? bytes.count
    if byte == end { position += 1 }
    text += Array(String(Self.unknownMark).utf8)
  }

  /// `$name`, `${name}`, `${name:-otherwise}`; all else behind a dollar sign is for a shell.
  private mutating func readVariable(into text: inout [UInt8], isQuoted: Bool) {
    let start = position
    position += 1
    guard byte != UInt8(ascii: "(") else {
      return skipSubstitution(to: UInt8(ascii: ")"), into: &text)
    }
    let isBraced = byte == UInt8(ascii: "{")
    if isBraced { position += 1 }
    let nameStart = position
    while let byte, Self.isName("_" + Substring(String(UnicodeScalar(byte)))) { position += 1 }
    let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
    var otherwise: String?
    if isBraced {
      let end = bytes[position...].firstIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n") } ?? bytes.count
      let rest = String(decoding: bytes[position..<end], as: UTF8.self)
      otherwise = rest.hasPrefix(":-") && !rest.contains("$") ? String(rest.dropFirst(2)) : nil
      position = min(bytes.count, end + 1)
    }
    switch variables[name] ?? otherwise.map(Value.known) {
    case .known(let value): text += Array(value.utf8)
    case .unknown, nil:
      text += Array(String(Self.unknownMark).utf8)
      let what = "'\(String(decoding: bytes[start..<position], as: UTF8.self))'"
      if !command.words.isEmpty || Self.assignment(String(decoding: text, as: UTF8.self)) == nil {
        refusal = refusal ?? ImportRefusal("what \(what) stands for is not known here", at: start..<position)
      }
    }
  }

  private mutating func add(_ text: [UInt8], from start: Int, isQuoted: Bool) {
    let whole = String(decoding: text, as: UTF8.self)
    let isAssignment = command.words.isEmpty && Self.assignment(whole) != nil
    if isQuoted || isAssignment { return command.words.append(Word(text: whole, range: start..<position)) }
    for part in whole.split(whereSeparator: \.isWhitespace) {
      command.words.append(Word(text: String(part), range: start..<position))
    }
  }
}
