/// A text on its way back from what mail programs and word processors do: encodings, HTML, blanks that are none, marks of
/// quotation.
struct MailText {
  private(set) var text: String
  private(set) var remarks: [String] = []

  private init(_ text: String, remarks: [String]) {
    self.text = text
    self.remarks = remarks
  }

  /// Every state of the text that may hold rules, the most likely first: with HTML taken for what it is, then as plain
  /// text; each as it is, and after each step that found something to do.
  static func readings(of bytes: [UInt8]) -> [MailText] {
    let message = MailMessage(bytes)
    let plain = MailText(message.text, remarks: message.remarks)
    guard let html = HTMLText(message.text) else { return plain.readings }
    return MailText(html.text, remarks: message.remarks + ["HTML turned into text"]).readings + plain.readings
  }

  private var readings: [MailText] {
    var readings = [self]
    var mail = self
    for step in Self.steps where step(&mail) { readings.append(mail) }
    return readings
  }

  /// In this order, each on what the one before left. `false`: there was nothing to do.
  private static let steps: [@Sendable (inout MailText) -> Bool] = [
    { $0.replaceBlanks() }, { $0.replaceEntities() }, { $0.unquote() },
  ]

  /// No-break and other blanks outside ASCII become ordinary ones; marks of no width go.
  private mutating func replaceBlanks() -> Bool {
    var isChanged = false
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: scalars.append(" ")
      case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: break
      default:
        scalars.append(scalar)
        continue
      }
      isChanged = true
    }
    guard isChanged else { return false }
    text = String(scalars)
    remarks.append("no-break blanks replaced")
    return true
  }

  /// What HTML writes for characters of its own, in a text that is none otherwise. XML has the same signs.
  private mutating func replaceEntities() -> Bool {
    guard !text.contains("<plist"), !text.contains("<dict") else { return false }
    let replaced = HTMLText.withoutEntities(text)
    guard replaced != text else { return false }
    text = replaced
    remarks.append("HTML signs replaced")
    return true
  }
}

// MARK: Marks of quotation

extension MailText {
  /// Lines quoted with `>` or `|`, as often as there are, become ordinary ones.
  private mutating func unquote() -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let ends = lines.map(Self.endOfMarks)
    guard ends.contains(where: { $0 != nil }) else { return false }
    text = zip(lines, ends).map { line, end in end.map { String(line[$0...]) } ?? String(line) }.joined(separator: "\n")
    remarks.append("from quoted e-mail text")
    return true
  }

  /// Where a quoted line itself begins: after its marks, which may have blanks between them, and one blank.
  private static func endOfMarks(of line: Substring) -> String.Index? {
    var end: String.Index?
    var position = line.startIndex
    while position < line.endIndex, isMark(line[position]) || line[position] == " " {
      let isMark = isMark(line[position])
      position = line.index(after: position)
      if isMark { end = position }
    }
    guard let end, end < line.endIndex, line[end] == " " else { return end }
    return line.index(after: end)
  }

  private static func isMark(_ character: Character) -> Bool { character == ">" || character == "|" }
}
