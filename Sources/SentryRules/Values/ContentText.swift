/// What `Data content` values say: a search window in brackets, and text with escapes (docs/Classic.md, "Data
/// content").
enum ContentText {
  /// What the window is without brackets.
  static let defaultLength = 64
  /// Payloads are shorter than this.
  private static let limits: ClosedRange<UInt64> = 0...65_535

  static func parse(_ value: Substring) throws(ValueError) -> ContentPattern {
    var pattern = ContentPattern(
      bytes: [], start: .payload(offset: 0), windowLength: defaultLength, terminator: nil, ignoresCase: false)
    pattern.bytes = try bytes(of: try readWindow(of: value, into: &pattern), in: value)
    guard pattern.bytes.count <= pattern.windowLength else {
      throw .contentTooLong(byteCount: pattern.bytes.count, windowLength: pattern.windowLength)
    }
    return pattern
  }

  // MARK: The window

  /// `[n]`, `[n:len]` or `[n:len:t]`, with `,` for `:` if you like and a sign before `n` that makes it relative;
  /// returns the text after it. A bracket that holds anything else is text, unless it looks like a window.
  private static func readWindow(of value: Substring, into pattern: inout ContentPattern) throws(ValueError)
    -> Substring
  {
    guard let inner = value.dropFirst().first, value.first == "[", inner.isASCIIDigit || inner == "+" || inner == "-"
    else {
      guard !looksLikeWindow(value) else { throw .brokenWindow(value) }
      return value
    }
    guard let close = value.firstIndex(of: "]") else { throw .brokenWindow(value) }
    let parts = value[..<close].dropFirst().split(maxSplits: 3, omittingEmptySubsequences: false) {
      $0 == ":" || $0 == ","
    }
    guard let offset = parts.first, parts.count <= 3 else { throw .brokenWindow(value) }
    pattern.start = try start(offset)
    if parts.count > 1 { pattern.windowLength = Int(try NumberText.number(parts[1].trimmed, within: limits)) }
    if parts.count > 2 { pattern.terminator = UInt8(try NumberText.number(parts[2].trimmed, within: 0...255)) }
    return value[close...].dropFirst()
  }

  /// `[a:b]`, `[ 5 ]`: brackets with separators or digits in them that a person hardly looks for.
  private static func looksLikeWindow(_ value: Substring) -> Bool {
    guard value.first == "[", let close = value.firstIndex(of: "]") else { return false }
    let inner = value[..<close].dropFirst()
    let parts = inner.split(maxSplits: 3, omittingEmptySubsequences: false) { $0 == ":" || $0 == "," }
    let isShort = parts.count <= 3 && inner.count <= 12 && inner.allSatisfy { $0.isASCII && $0 != "\\" }
    return isShort && (parts.count > 1 || NumberText.isDecimal(inner.trimmed))
  }

  private static func start(_ text: Substring) throws(ValueError) -> ContentPattern.Start {
    switch text.first {
    case "+": .previousFind(offset: Int(try NumberText.number(text.dropFirst().trimmed, within: limits)))
    case "-": .previousFind(offset: -Int(try NumberText.number(text.dropFirst().trimmed, within: limits)))
    default: .payload(offset: Int(try NumberText.number(text.trimmed, within: limits)))
    }
  }

  // MARK: The text

  /// UTF-8, with `\n \r \t \0 \f \b` and `\xHH`; any other character after a backslash stands for itself. Documents
  /// double backslashes in varying number, so one or two mean the same, and three make one.
  ///
  /// - Parameter value: what errors quote: all of the value that `text` is a part of.
  static func bytes(of text: Substring, in value: Substring) throws(ValueError) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text
    while let character = rest.first {
      guard character == "\\" else {
        bytes.append(contentsOf: character.utf8)
        rest = rest.dropFirst()
        continue
      }
      let run = rest.prefix(3).prefix { $0 == "\\" }.count
      rest = rest.dropFirst(run)
      if run == 3 {
        bytes.append(UInt8(ascii: "\\"))
      } else {
        bytes.append(contentsOf: try escaped(&rest, in: value))
      }
    }
    guard !bytes.isEmpty else { throw .noContent(value) }
    return bytes
  }

  /// Takes what follows a backslash off `rest`.
  private static func escaped(_ rest: inout Substring, in value: Substring) throws(ValueError) -> [UInt8] {
    guard let character = rest.popFirst() else { throw .lonelyBackslash(value) }
    switch character {
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "0": return [0x00]
    case "f": return [0x0C]
    case "b": return [0x08]
    case "x":
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let byte = UInt8(digits, radix: 16)
      else {
        throw .brokenHexEscape(value)
      }
      rest = rest.dropFirst(2)
      return [byte]
    default: return Array(character.utf8)
    }
  }
}

extension Character {
  var isASCIIDigit: Bool { isASCII && isNumber }
}
