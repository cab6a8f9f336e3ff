/// Text made safe and measurable for a terminal: a document's bytes must not be able to move the cursor, change
/// colours or reorder what a person reads.
struct DisplayText {
  /// What to print: control and bidirectional-formatting characters replaced by visible stand-ins, tabs kept.
  private(set) var text = ""
  /// Columns it takes on a terminal; a tab counts as one.
  private(set) var width = 0
  /// As many blanks as the text is wide, with its tabs where it has them, so that what follows stands under its end.
  private(set) var blank = ""

  init(_ original: some StringProtocol) {
    for character in original {
      let visible = character.unicodeScalars.map(Self.visible)
      let columns = visible.map(Self.width).max() ?? 0
      text.unicodeScalars.append(contentsOf: visible)
      width += columns
      blank += character == "\t" ? "\t" : String(repeating: " ", count: columns)
    }
  }

  init(utf8 bytes: ArraySlice<UInt8>) {
    self.init(String(decoding: bytes, as: UTF8.self))
  }

  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09: scalar
    case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"  // the block of control pictures
    case 0x7F: "\u{2421}"
    case 0x80...0x9F, 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: scalar
    }
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
