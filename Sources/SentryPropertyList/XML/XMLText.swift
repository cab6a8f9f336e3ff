/// The characters of an element: references resolved, CDATA sections as they are, comments and processing instructions
/// left out.
struct XMLText {
  private(set) var string = ""
  /// Of the first reference that means nothing, and the first tag, if there are such.
  private(set) var firstProblem: Range<Int>?

  private let bytes: [UInt8]
  private var position: Int
  private var end: Int

  /// Reads the bytes of `content`.
  init(_ content: Range<Int>, of bytes: [UInt8]) {
    self.bytes = bytes
    position = content.lowerBound
    end = content.upperBound
    guard !Self.isPlain(content, of: bytes) else {
      string = String(decoding: bytes[content], as: UTF8.self)
      return
    }
    while position < end { readPiece() }
  }

  /// Where in the document the byte of the text at `offset`, in UTF-8, is written.
  static func position(ofText offset: Int, in content: Range<Int>, of bytes: [UInt8]) -> Int {
    if isPlain(content, of: bytes) { return min(content.upperBound, content.lowerBound + max(0, offset)) }
    var text = XMLText(content.lowerBound..<content.lowerBound, of: bytes)
    text.end = content.upperBound
    var start = text.position
    while text.position < text.end, text.string.utf8.count < offset {
      start = text.position
      text.readPiece()
    }
    return max(start, text.position - max(0, text.string.utf8.count - max(0, offset)))
  }

  /// Whether the text is just those bytes.
  static func isPlain(_ content: Range<Int>, of bytes: [UInt8]) -> Bool {
    !bytes[content].contains { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") }
  }

  private mutating func readPiece() {
    let rest = bytes[position..<end]
    if let skipped = XMLScanner.lengthOfOther(rest) {
      if rest.starts(with: XMLScanner.cdata) {
        append(rest.dropFirst(XMLScanner.cdata.count).prefix(skipped - XMLScanner.cdata.count - 3))
      }
      position += skipped
    } else if rest.first == UInt8(ascii: "&") {
      readReference(rest)
    } else if rest.first == UInt8(ascii: "<") {
      note(position..<position + 1)
      position += 1
    } else {
      let plain = rest.prefix { $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "<") }
      append(plain)
      position += plain.count
    }
  }

  private mutating func append(_ plain: ArraySlice<UInt8>) {
    string += String(decoding: plain, as: UTF8.self)
  }

  private mutating func note(_ range: Range<Int>) { firstProblem = firstProblem ?? range }

  /// XML 1.0 §4.1 and §4.6: `&lt;`, `&#13;`, `&#xD;`. Other entities would have to be declared, and are none of ours.
  private mutating func readReference(_ rest: ArraySlice<UInt8>) {
    let longest = 12
    guard let semicolon = rest.prefix(longest).firstIndex(of: UInt8(ascii: ";")),
      let scalar = Self.scalar(named: String(decoding: rest[(position + 1)..<semicolon], as: UTF8.self))
    else {
      note(position..<position + 1)
      string += "&"
      position += 1
      return
    }
    string.unicodeScalars.append(scalar)
    position = semicolon + 1
  }

  private static func scalar(named name: String) -> Unicode.Scalar? {
    switch name {
    case "lt": "<"
    case "gt": ">"
    case "amp": "&"
    case "apos": "'"
    case "quot": "\""
    default: name.hasPrefix("#") ? number(name.dropFirst()).flatMap(Unicode.Scalar.init) : nil
    }
  }

  private static func number(_ text: Substring) -> UInt32? {
    text.hasPrefix("x") ? UInt32(text.dropFirst(), radix: 16) : UInt32(text)
  }
}
