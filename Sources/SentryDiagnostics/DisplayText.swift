/// Text made safe and measurable for a terminal: a document's bytes must not be able to move the cursor, change
/// colours or reorder what a person reads.
package struct DisplayText {
  /// What to print: with stand-ins for what a terminal would obey or nobody would see, tabs kept.
  private(set) var text = ""
  /// Columns it takes on a terminal; a tab counts as one.
  private(set) var width = 0
  /// As many blanks as the text is wide, with its tabs where it has them, so that what follows stands under its end.
  private(set) var blank = ""

  init(_ original: some StringProtocol) {
    for character in original {
      if character != "\t", let standIns = character.withStandIns {
        for standIn in standIns { append(standIn) }
      } else {
        append(character)
      }
    }
  }

  private mutating func append(_ character: Character) {
    let columns = character.unicodeScalars.map(Self.width).max() ?? 0
    text.append(character)
    width += columns
    blank += character == "\t" ? "\t" : String(repeating: " ", count: columns)
  }

  /// What to show in the place of a text, one by one, with the columns that each takes; a tab is a blank.
  package static func characters(of text: some StringProtocol) -> [(character: Character, columns: Int)] {
    text.flatMap { character in
      let shown: [Character] = character == "\t" ? [" "] : character.withStandIns.map { Array($0) } ?? [character]
      return shown.map { ($0, $0.unicodeScalars.map(width).max() ?? 0) }
    }
  }

  init(utf8 bytes: ArraySlice<UInt8>) {
    self.init(String(decoding: bytes, as: UTF8.self))
  }

  /// Terminal columns of one scalar: 0 for what combines, 2 for East Asian wide characters and emoji, otherwise 1.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    guard scalar.value >= 0x300 else { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// The blocks that Unicode Standard Annex 11 marks wide or fullwidth, coarsely.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
