internal import SentryPropertyList

/// Finds what may be rules in a text about other things.
struct RulesInText {
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

  private let text: String
  private static let leftOut = ["the text around the rules left out"]

  init(_ text: String) {
    self.text = text
  }

  /// The whole; the XML in it; and what stands in brackets, all of it together.
  var candidates: [Candidate] {
    var candidates = [Candidate(text: text, remarks: [])]
    if let xml = xmlDocument { candidates.append(Candidate(text: xml, remarks: Self.leftOut)) }
    let pieces = bracketed
    if pieces.count == 1 {
      candidates.append(Candidate(text: pieces[0], remarks: Self.leftOut))
    } else if pieces.count > 1 {
      let rules = pieces.map(Self.rules)
      candidates.append(Candidate(text: "(\n" + rules.joined(separator: ",\n") + "\n)", remarks: Self.leftOut))
    }
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

  /// The rules of one piece among others: a list gives its elements, a document those of its rules.
  private static func rules(in piece: String) -> String {
    let straightened = StraightenedText(piece).text
    for text in [straightened, piece] {
      let bytes = Array(text.utf8)
      guard PropertyList.isWellFormed(text: bytes) else { continue }
      let reading = PropertyList.read(bytes, fileName: "")
      guard let outline = reading.document.flatMap({ RuleOutline($0.root) }), !outline.isSingleRule,
        let list = outline.topList?.syntax.flatMap(ListText.init), let last = list.elements.last
      else { continue }
      let end = last.separator?.lowerBound ?? list.interior.upperBound
      let after = last.separator.map { list.bytes[$0.upperBound..<list.interior.upperBound] } ?? []
      return String(decoding: list.bytes[list.interior.lowerBound..<end] + after, as: UTF8.self)
    }
    return piece
  }
}

// MARK: Brackets

extension RulesInText {
  /// Texts from an opening bracket to its closing one that say something only rules say.
  private var bracketed: [String] {
    let scalars = Array(text.unicodeScalars)
    var pieces: [String] = []
    var isLineStart = true
    var isQuoted = false
    var offset = 0
    // Each looks at all of the rest.
    var failuresLeft = 8
    while offset < scalars.count, pieces.count < 100, failuresLeft > 0 {
      let scalar = scalars[offset]
      if isLineStart, scalar == ">" || scalar == "|" { isQuoted = true }
      if scalar == "\n" { isQuoted = false }
      let isOpening = !isQuoted && (scalar == "{" || scalar == "(" && isLineStart)
      if isOpening, let end = StraightenedText.end(ofBracketAt: offset, in: scalars) {
        let piece = String(String.UnicodeScalarView(scalars[offset..<end]))
        if piece.contains("{"), RuleWords.stand(in: piece) {
          pieces.append(piece)
        }
        // What is nothing as a whole has nothing inside.
        isLineStart = false
        offset = end
        continue
      }
      if isOpening { failuresLeft -= 1 }
      isLineStart = scalar == "\n" || isLineStart && (scalar == " " || scalar == "\t")
      offset += 1
    }
    return pieces
  }
}

/// The keys that only rules have.
enum RuleWords {
  private static let keys = Set(RuleKey.allCases.map { Array($0.rawValue.utf8) })

  /// Whether one of them stands before a sign of equality, or in a key of XML.
  static func stand(in text: String) -> Bool {
    if text.contains("<key>") { return RuleKey.allCases.contains { text.contains("<key>\($0.rawValue)</key>") } }
    let bytes = Array(text.utf8)
    return bytes.indices.contains { bytes[$0] == UInt8(ascii: "=") && keys.contains(word(before: $0, of: bytes)) }
  }

  private static func word(before offset: Int, of bytes: [UInt8]) -> [UInt8] {
    var end = offset
    while end > 0, [0x20, 0x09, 0x0A, 0x22, 0x27].contains(bytes[end - 1]) { end -= 1 }
    var start = end
    while start > 0, end - start < 24, isLetter(bytes[start - 1]) { start -= 1 }
    return Array(bytes[start..<end])
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
