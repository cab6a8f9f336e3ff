// What a shell keeps under names, and what it puts in the place of `$name`, `$(command)` and the like.

extension IPFWScript {
  /// What is assigned under a condition is not known afterwards, but for what is ipfw in any case.
  mutating func assign(_ word: Word, isCertain: Bool) {
    guard let (name, value) = Self.assignment(word.text) else { return }
    let isSame = if case .known(let before)? = variables[name] { before == value } else { false }
    let isKnown = word.refusal == nil && (isCertain || isSame || IPFWWords.isFirewall(value))
    variables[name] = isKnown ? .known(value) : .unknown
  }

  static func assignment(_ word: String) -> (String, String)? {
    guard let equals = word.firstIndex(of: "="), isName(word[..<equals]) else { return nil }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// What a command prints. Up to the end of the line where it does not end before.
  mutating func skipSubstitution(to end: UInt8, into text: inout [UInt8]) -> ImportRefusal {
    let start = position
    position = bytes[(position + 1)...].firstIndex { $0 == end || $0 == UInt8(ascii: "\n") } ?? bytes.count
    if byte == end { position += 1 }
    return unknown(start..<position, into: &text)
  }

  /// The text as it stands, and that nobody knows what it stands for.
  private func unknown(_ range: Range<Int>, into text: inout [UInt8]) -> ImportRefusal {
    text += bytes[range]
    let what = String(decoding: bytes[range], as: UTF8.self).quoted
    return ImportRefusal("what \(what) stands for is not known here", at: range)
  }

  /// `$name`, `${name}`, `${name:-otherwise}`, `${name-otherwise}`; all else behind a dollar sign is for a shell.
  mutating func readVariable(into text: inout [UInt8]) -> ImportRefusal? {
    let start = position
    position += 1
    if byte == UInt8(ascii: "(") { return readSubstitution(from: start, into: &text) }
    let isBraced = byte == UInt8(ascii: "{")
    if isBraced { position += 1 }
    let nameStart = position
    skipName(isBraced: isBraced)
    let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
    var otherwise = Otherwise()
    if isBraced {
      let end = bytes[position...].firstIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n") } ?? bytes.count
      let rest = String(decoding: bytes[position..<end], as: UTF8.self)
      position = min(bytes.count, end + 1)
      guard let found = Otherwise(rest) else { return unknown(start..<position, into: &text) }
      otherwise = found
    }
    if let parameter = parameter(name), let refusal = parameter.refusal {
      text += Array(parameter.text.utf8)
      return refusal
    }
    guard let value = value(of: name, otherwise) else { return unknown(start..<position, into: &text) }
    guard text.count + value.utf8.count <= Self.longestLine else {
      text += bytes[start..<position]
      return ImportRefusal("a word of more than \(Self.longestLine) bytes", at: start..<position)
    }
    text += Array(value.utf8)
    return nil
  }

  /// What stands for a variable that has no value.
  private struct Otherwise {
    var text: String?
    /// The variable that has it.
    var name: String?
    /// Also where its value is empty.
    var isForEmpty = false

    init() {}

    /// `:-text` or `-text`; `nil` of what changes the value, as `%/*`.
    init?(_ rest: String) {
      guard !rest.isEmpty else { return }
      isForEmpty = rest.hasPrefix(":-")
      guard isForEmpty || rest.hasPrefix("-") else { return nil }
      let value = rest.dropFirst(isForEmpty ? 2 : 1)
      if value.first == "$", IPFWScript.isName(value.dropFirst()) {
        name = String(value.dropFirst())
      } else if !value.contains(where: { "$`\\\"'".contains($0) }) {
        text = String(value)
      } else {
        return nil
      }
    }
  }

  /// `name`, `1`, `@`; `10` in braces only.
  private mutating func skipName(isBraced: Bool) {
    guard let first = byte else { return }
    let isDigit = first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9")
    if isDigit && !isBraced || "@*#".utf8.contains(first) && (parameters != nil || !isBraced) { return position += 1 }
    while let byte, Self.isName("_" + Substring(String(UnicodeScalar(byte)))) { position += 1 }
  }

  private mutating func value(of name: String, _ otherwise: Otherwise) -> String? {
    var other = otherwise.text
    if let name = otherwise.name { other = value(of: name, Otherwise()) }
    if let parameter = parameter(name)?.text {
      return !parameter.isEmpty ? parameter : otherwise.name == nil ? other ?? "" : other
    }
    return switch variables[name] {
    case .known(let value): value.isEmpty && otherwise.isForEmpty ? other : value
    case .unknown: nil
    case nil: other
    }
  }

  private mutating func readSubstitution(from start: Int, into text: inout [UInt8]) -> ImportRefusal {
    let isArithmetic = bytes[position...].starts(with: "((".utf8)
    var refusal = skipSubstitution(to: UInt8(ascii: ")"), into: &text)
    if isArithmetic, byte == UInt8(ascii: ")") { position += 1 }
    text.removeLast(refusal.range.count)
    refusal = unknown(start..<position, into: &text)
    return refusal
  }
}
