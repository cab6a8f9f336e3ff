/// A text on its way back from what mail programs and word processors do: marks of quotation, typographic quotes, broken
/// lines, blanks that are none, HTML.
struct MailText {
  private(set) var text: String
  private(set) var remarks: [String] = []

  init(_ text: String) {
    self.text = text
  }

  /// In this order, each on what the one before left. `false`: there was nothing to do.
  static let steps: [@Sendable (inout MailText) -> Bool] = [
    { _ in true }, { $0.replaceBlanks() }, { $0.replaceEntities() }, { $0.unquote() },
  ]
}

// MARK: Blanks and quotation marks

extension MailText {
  /// No-break and other blanks outside ASCII become ordinary ones; marks of no width go.
  private mutating func replaceBlanks() -> Bool {
    let before = text
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: scalars.append(" ")
      case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: break
      default: scalars.append(scalar)
      }
    }
    text = String(scalars)
    guard text.unicodeScalars.count != before.unicodeScalars.count || text != before else { return false }
    remarks.append("no-break blanks replaced")
    return true
  }

  /// Lines quoted with `>`, as often as there are, become ordinary ones.
  private mutating func unquote() -> Bool {
    let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    let depths = lines.map(Self.quotation)
    guard depths.contains(where: { $0.depth > 0 }) else { return false }
    text = zip(lines, depths).map { line, quotation in String(line[quotation.end...]) }.joined(separator: "\n")
    remarks.append("from quoted e-mail text")
    return true
  }

  /// How many `>` a line begins with, blanks between them allowed, and where the line itself begins: after one blank.
  private static func quotation(of line: Substring) -> (depth: Int, end: String.Index) {
    var depth = 0
    var end = line.startIndex
    var position = line.startIndex
    while position < line.endIndex, line[position] == ">" || line[position] == " " {
      let isMark = line[position] == ">"
      position = line.index(after: position)
      if isMark {
        depth += 1
        end = position
      }
    }
    if depth > 0, end < line.endIndex, line[end] == " " { end = line.index(after: end) }
    return (depth, end)
  }

  /// What HTML writes for characters of its own.
  private mutating func replaceEntities() -> Bool {
    let entities = [
      ("&quot;", "\""), ("&#34;", "\""), ("&gt;", ">"), ("&lt;", "<"), ("&apos;", "'"), ("&#39;", "'"),
      ("&nbsp;", " "), ("<br>", "\n"), ("<br/>", "\n"), ("<br />", "\n"), ("&amp;", "&"),
    ]
    let before = text
    guard !text.contains("<plist"), !text.contains("<dict") else { return false }
    for (entity, character) in entities { text = text.replacing(entity, with: character) }
    guard text != before else { return false }
    remarks.append("HTML signs replaced")
    return true
  }
}

// MARK: The rules among other text

extension MailText {
  struct Candidate {
    var text: String
    var remarks: [String]

    /// With straight quotes and lines joined, and as it is: the first that reads counts.
    var variants: [Candidate] {
      guard !text.contains("<dict>") else { return [self] }
      let straightened = StraightenedText(text)
      guard straightened.text != text else { return [self] }
      return [Candidate(text: straightened.text, remarks: remarks + straightened.remarks), self]
    }
  }

  /// The whole; the XML in it; and what stands in brackets that begin a line, one after the other, all of them together
  /// first.
  var candidates: [Candidate] {
    var candidates = [Candidate(text: text, remarks: [])]
    let left = ["the text around the rules left out"]
    if let xml = xmlDocument { candidates.append(Candidate(text: xml, remarks: left)) }
    let pieces = bracketed
    if pieces.count > 1 {
      // A list among others gives its elements.
      let rules = pieces.map { $0.first == "(" ? String($0.dropFirst().dropLast()) : $0 }
      candidates.append(Candidate(text: "(\n" + rules.joined(separator: ",\n") + "\n)", remarks: left))
    }
    candidates += pieces.map { Candidate(text: $0, remarks: left) }
    return candidates
  }

  private var xmlDocument: String? {
    for (begin, end) in [("<?xml", "</plist>"), ("<plist", "</plist>"), ("<array>", "</array>"), ("<dict>", "</dict>")]
    {
      guard let start = text.firstRange(of: begin)?.lowerBound,
        let last = text[start...].ranges(of: end).last?.upperBound
      else { continue }
      return String(text[start..<last])
    }
    return nil
  }

  /// Texts from an opening bracket, the first on its line, to its closing one.
  private var bracketed: [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    var isLineStart = true
    var offset = 0
    // Each looks at all of the rest.
    var failuresLeft = 8
    while offset < bytes.count, pieces.count < 100, failuresLeft > 0 {
      let byte = bytes[offset]
      let isOpening = isLineStart && (byte == UInt8(ascii: "(") || byte == UInt8(ascii: "{"))
      if isOpening, let end = Self.end(of: offset, bytes) {
        let piece = String(decoding: bytes[offset..<end], as: UTF8.self)
        if piece.contains("=") { pieces.append(piece) }
        offset = end
        continue
      }
      if isOpening { failuresLeft -= 1 }
      isLineStart = TextLine.isEnd(byte) || isLineStart && TextLine.isBlank(byte)
      offset += 1
    }
    return pieces
  }

  /// After the bracket that closes the one at `start`; `nil` if none does.
  private static func end(of start: Int, _ bytes: [UInt8]) -> Int? {
    var quotes = QuoteTracker()
    var depth = 0
    for offset in start..<bytes.count {
      let isCode = quotes.isInCode
      quotes.see(bytes[offset], next: offset + 1 < bytes.count ? bytes[offset + 1] : 0)
      guard isCode else { continue }
      switch bytes[offset] {
      case UInt8(ascii: "("), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "}"):
        depth -= 1
        if depth == 0 { return offset + 1 }
      default: break
      }
    }
    return nil
  }
}
