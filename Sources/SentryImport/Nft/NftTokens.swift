/// The words and marks of a listing of nftables.
struct NftTokens {
  struct Token {
    var word: Word
    var isQuoted = false
    /// A quote that goes to the end of its line, and has none.
    var isOpen = false

    var text: String { word.text }
  }

  static func tokens(of bytes: [UInt8]) -> [Token] {
    var tokens = NftTokens(bytes: bytes)
    while tokens.position < bytes.count { tokens.read() }
    return tokens.all
  }

  private let bytes: [UInt8]
  private var position = 0
  private var all: [Token] = []

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func read() {
    let start = position
    let byte = bytes[start]
    position += 1
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return
    // Rules end with their lines.
    case UInt8(ascii: "\n"), UInt8(ascii: ";"): add(";", start)
    case UInt8(ascii: "#"): skip { $0 != UInt8(ascii: "\n") }
    case UInt8(ascii: "\\") where position < bytes.count && bytes[position] == UInt8(ascii: "\n"): position += 1
    case UInt8(ascii: "\""):
      skip { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n") }
      let text = String(decoding: bytes[start + 1..<position], as: UTF8.self)
      let isOpen = position == bytes.count || bytes[position] == UInt8(ascii: "\n")
      if !isOpen { position += 1 }
      all.append(Token(word: Word(text: text, range: start..<position), isQuoted: true, isOpen: isOpen))
    case _ where Self.marks.contains(byte):
      // != == && …
      let isDouble = position < bytes.count && bytes[position] == UInt8(ascii: "=") && byte != UInt8(ascii: "{")
      if isDouble { position += 1 }
      add(String(decoding: bytes[start..<position], as: UTF8.self), start)
    default:
      skip { !Self.marks.contains($0) && !Self.ends.contains($0) }
      add(String(decoding: bytes[start..<position], as: UTF8.self), start)
    }
  }

  private static let marks = Set("{}(),=!&|<>".utf8)
  private static let ends = Set(" \t\r\n;#\"".utf8)

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while position < bytes.count, condition(bytes[position]) { position += 1 }
  }

  private mutating func add(_ text: String, _ start: Int) {
    all.append(Token(word: Word(text: text, range: start..<position)))
  }
}
