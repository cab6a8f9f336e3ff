/// Texts from elsewhere, made fit for a log, a terminal or a mail.
enum CleanText {
  private static let longestLine = 500

  /// Without control characters, which could end a line or steer a terminal: a blank stands for each.
  static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
  }

  /// The same for several lines: their ends stay.
  static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }
  }

  /// The first line that is not blank, cut to what a message may hold; `nil` if there is none.
  static func firstLine(of bytes: [UInt8]) -> String? {
    for part in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let text = line(String(decoding: part, as: UTF8.self))
      if text.contains(where: { $0 != " " }) { return String(text.prefix(longestLine)) }
    }
    return nil
  }

  /// C0, DEL, C1, what separates lines, and what turns the direction of writing.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }
}
