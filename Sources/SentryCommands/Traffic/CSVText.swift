internal import SentryRules

/// Tables as comma-separated values (RFC 4180): lines end with CR LF, and a field with a comma, a quotation mark or a line end
/// stands in quotation marks.
///
/// A spreadsheet takes a field that begins like a formula for one, even in quotation marks. Names can come from strangers: such a
/// field gets an apostrophe in front, which spreadsheets understand and leave out. Control characters become pictures of themselves.
struct CSVText {
  private(set) var text = ""

  init(_ titles: String...) { add(titles) }

  init(_ titles: [String]) { add(titles) }

  mutating func add(_ fields: [String]) {
    text += fields.map(Self.field).joined(separator: ",") + "\r\n"
  }

  static func field(_ text: String) -> String {
    let text = harmless(text)
    let safe = text.unicodeScalars.first.map { formulaBeginnings.contains($0) } ?? false ? "'" + text : text
    guard safe.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }) else {
      return safe
    }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }

  /// Tabs and line ends are the format's; all else that would steer a terminal is shown as in tables.
  private static func harmless(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    return text.map { partsOfText.contains($0) ? String($0) : String($0).visible }.joined()
  }

  private static let partsOfText: Set<Character> = ["\t", "\r", "\n", "\r\n"]

  /// The full-width forms count in some places, too (owasp.org, "CSV Injection").
  private static let formulaBeginnings: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]
}
