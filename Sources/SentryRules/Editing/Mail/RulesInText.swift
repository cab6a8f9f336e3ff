internal import SentryPropertyList

/// Finds what may be rules in a text about other things.
struct RulesInText {
  struct Candidate {
    var text: TracedText
    var remarks: [String]

    /// With straight quotes and lines joined, and as it is: the first that reads counts.
    var variants: [Candidate] {
      guard !text.string.contains("<dict>") else { return [self] }
      let straightened = StraightenedText(text)
      guard straightened.text.scalars != text.scalars else { return [self] }
      return [Candidate(text: straightened.text, remarks: remarks + straightened.remarks), self]
    }
  }

  private let text: TracedText
  private let xml: RulesInXML
  private let brackets: BracketScan
  private static let leftOut = ["the text around the rules left out"]

  init(_ text: TracedText) {
    self.text = text
    xml = RulesInXML(text)
    brackets = BracketScan(text)
  }

  /// Where something is missing around the rules: nothing but the whole can be taken then.
  var gap: Gap? { xml.gap ?? brackets.gap }

  /// Where the pieces begin, in the source.
  var beginnings: [Int] { brackets.pieces.map { text.origin(of: $0.lowerBound) } }

  /// The text with all there is.
  var whole: Candidate { Candidate(text: text, remarks: []) }

  /// The XML in the text, and what stands in brackets, all of it together.
  var parts: [Candidate] {
    var candidates: [Candidate] = []
    if let range = xml.range { candidates.append(Candidate(text: text[range], remarks: Self.leftOut)) }
    let pieces = brackets.pieces.map { text[$0] }
    if pieces.count == 1 {
      candidates.append(Candidate(text: pieces[0], remarks: Self.leftOut))
    } else if pieces.count > 1 {
      candidates.append(Candidate(text: Self.list(of: pieces.map(Self.rules)), remarks: Self.leftOut))
    }
    return candidates
  }

  private static func list(of pieces: [TracedText]) -> TracedText {
    var list = TracedText()
    for piece in pieces {
      list.insert(list.count == 0 ? "(\n" : ",\n", from: piece.origin(of: 0))
      list.append(piece)
    }
    list.insert("\n)", from: list.origin(of: list.count))
    return list
  }

  /// The rules of one piece among others: a list gives its elements, a document those of its rules.
  private static func rules(in piece: TracedText) -> TracedText {
    for text in [StraightenedText(piece).text, piece] {
      let bytes = Array(text.string.utf8)
      guard PropertyList.isWellFormed(text: bytes) else { continue }
      let reading = PropertyList.read(bytes, fileName: "")
      guard let outline = reading.document.flatMap({ RuleOutline($0.root) }), !outline.isSingleRule,
        let list = outline.topList?.syntax.flatMap(ListText.init), let last = list.elements.last
      else { continue }
      let end = last.separator?.lowerBound ?? list.interior.upperBound
      var rules = text[text.scalarRange(ofUTF8: list.interior.lowerBound..<end)]
      if let separator = last.separator {
        rules.append(text[text.scalarRange(ofUTF8: separator.upperBound..<list.interior.upperBound)])
      }
      return rules
    }
    return piece
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
