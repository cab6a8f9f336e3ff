/// A text on its way back from what mail programs and word processors do: encodings, HTML, blanks that are none, marks of
/// quotation.
struct MailText {
  private(set) var text: TracedText
  private(set) var remarks: [String] = []

  private init(_ text: TracedText, remarks: [String]) {
    self.text = text
    self.remarks = remarks
  }

  /// Every state of a message's text that may hold rules, the most likely first: with HTML taken for what it is, then as
  /// plain text; each as it is, and after each step that found something to do.
  static func readings(of message: MailMessage) -> [[MailText]] {
    let text = TracedText(message.text)
    let plain = MailText(text, remarks: message.remarks)
    guard let html = HTMLText(text) else { return [plain.readings] }
    return [MailText(html.text, remarks: message.remarks + ["HTML turned into text"]).readings, plain.readings]
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
    var replaced = TracedText()
    for (index, scalar) in text.scalars.enumerated() {
      switch scalar.value {
      case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: replaced.append(" ", from: text.origin(of: index))
      case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: break
      default:
        replaced.append(index, of: text)
        continue
      }
      isChanged = true
    }
    guard isChanged else { return false }
    text = replaced
    remarks.append("no-break blanks replaced")
    return true
  }

  /// What HTML writes for characters of its own, in a text that is none otherwise. XML has the same signs.
  private mutating func replaceEntities() -> Bool {
    let string = text.string
    guard string.contains("&"), !string.contains("<plist"), !string.contains("<dict") else { return false }
    let replaced = HTMLText.withoutEntities(text)
    guard replaced.count != text.count else { return false }
    text = replaced
    remarks.append("HTML signs replaced")
    return true
  }
}

// MARK: Marks of quotation

extension MailText {
  /// Lines quoted with `>` or `|`, as often as there are, become ordinary ones.
  private mutating func unquote() -> Bool {
    var unquoted = TracedText()
    var position = 0
    while position < text.count {
      position = Self.endOfMarks(from: position, of: text.scalars) ?? position
      let end = text.scalars[position...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
      unquoted.append(text[position..<end])
      position = end
    }
    guard unquoted.count != text.count else { return false }
    text = unquoted
    remarks.append("from quoted e-mail text")
    return true
  }

  /// Where the quoted line at `start` itself begins: after its marks, which may have blanks between them, and one blank.
  private static func endOfMarks(from start: Int, of scalars: [Unicode.Scalar]) -> Int? {
    var end: Int?
    var position = start
    while position < scalars.count, isMark(scalars[position]) || scalars[position] == " " {
      position += 1
      if isMark(scalars[position - 1]) { end = position }
    }
    guard let end, end < scalars.count, scalars[end] == " " else { return end }
    return end + 1
  }

  /// Whether a line that begins with it is a quoted one.
  static func isMark(_ scalar: Unicode.Scalar) -> Bool { scalar == ">" || scalar == "|" }
}
