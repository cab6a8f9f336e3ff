/// The pieces of a pattern, read and checked.
struct LoginPatternForm {
  var left: [LoginPattern.Piece] = []
  var right: [LoginPattern.Piece] = []

  /// Bytes of a pattern.
  static let longest = 1_024
  /// Bytes of its own text that a pattern has at least: others would match nearly everything.
  private static let leastText = 4
  /// Bytes of text before an address between two free texts.
  private static let leastTextBefore = 3

  private static let placeholders: [String: LoginPattern.Piece] = [
    "word": .word, "number": .number, "port": .port, "attempts": .attempts, "user": .free(isUser: true),
    "any": .free(isUser: false),
  ]
  private static let address = "address"
  private static let known = "<address>, <user>, <word>, <number>, <port>, <attempts> and <any>"

  init(_ text: String) throws(LoginPatternError) {
    guard text.utf8.count <= Self.longest else {
      throw LoginPatternError(message: "a pattern has at most \(Self.longest) bytes, found \(text.utf8.count)")
    }
    var addresses = 0
    var pieces: [LoginPattern.Piece] = []
    var rest = text[...]
    while let name = Self.cutToPlaceholder(&rest, &pieces) {
      if name == Self.address {
        addresses += 1
        left = pieces
        pieces = []
      } else if let piece = Self.placeholders[name] {
        pieces.append(piece)
      } else {
        throw LoginPatternError(message: "there is no placeholder '<\(name)>': there are \(Self.known)")
      }
    }
    right = pieces
    guard addresses == 1 else {
      throw LoginPatternError(
        message: "a pattern has one <address>, found \(addresses): such as \"login of <user> from <address> failed\"")
    }
    try check()
  }

  /// Takes the text up to the next placeholder.
  ///
  /// - Returns: its name; `nil` if there is none any more.
  private static func cutToPlaceholder(
    _ rest: inout Substring, _ pieces: inout [LoginPattern.Piece]
  ) -> String? {
    var text: [UInt8] = []
    defer { if !text.isEmpty { pieces.append(.text(text)) } }
    while let first = rest.first {
      let name = rest.dropFirst().prefix { $0.isASCII && $0.isLetter }
      if first == "<", !name.isEmpty, rest.dropFirst(1 + name.count).first == ">" {
        rest = rest.dropFirst(name.count + 2)
        // What was gathered comes before it.
        if !text.isEmpty { pieces.append(.text(text)) }
        text = []
        return String(name)
      }
      text += Array(String(first).utf8)
      rest = rest.dropFirst()
    }
    return nil
  }

  private func check() throws(LoginPatternError) {
    for side in [left, right] {
      for (piece, next) in zip(side, side.dropFirst()) where piece.text == nil && next.text == nil {
        throw LoginPatternError(message: "two placeholders need a text between them, by which one ends")
      }
    }
    if left.last.map({ $0.text == nil }) ?? false || right.first.map({ $0.text == nil }) ?? false {
      throw LoginPatternError(message: "<address> and another placeholder need a text between them")
    }
    guard (left + right).reduce(0, { $0 + ($1.text?.count ?? 0) }) >= Self.leastText else {
      throw LoginPatternError(message: "a pattern needs a text of its own besides placeholders")
    }
    guard left.first?.isFree != true else {
      throw LoginPatternError(
        message: "a pattern must not begin with <user> or <any>: what the line begins with tells what it is")
    }
    try checkTextBefore()
  }

  private func checkTextBefore() throws(LoginPatternError) {
    guard left.contains(where: \.isFree), let text = left.last?.text, let last = text.last else { return }
    if last.isInAddress {
      guard right.contains(where: \.isFree) else {
        throw LoginPatternError(
          message: "the text before <address> ends in a character that could be the address's: end it in another")
      }
    }
    if right.contains(where: \.isFree), text.count < Self.leastTextBefore {
      throw LoginPatternError(
        message: "between two free texts <address> needs a text of \(Self.leastTextBefore) characters before it")
    }
  }
}
