internal import Foundation

/// The values of scalar elements; `nil` for a text that writes none.
enum XMLScalars {
  /// Decimal, or hexadecimal behind `0x`; beyond 64 bits as a floating-point number.
  static func integer(_ text: String) -> PropertyListValue? {
    let text = text.trimmed
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard text.utf8.count - digits.utf8.count <= 1 else { return nil }
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      let hexadecimal = digits.dropFirst(2)
      guard hexadecimal.first?.isHexDigit == true else { return nil }
      return Int64((isNegative ? "-" : "") + hexadecimal, radix: 16).map { .integer($0) }
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text).map { .integer($0) } ?? Double(text).map { .real($0) }
  }

  static func real(_ text: String) -> PropertyListValue? {
    let text = text.trimmed
    switch text.lowercased() {
    case "nan": return .real(.nan)
    case "infinity", "+infinity", "inf", "+inf": return .real(.infinity)
    case "-infinity", "-inf": return .real(-.infinity)
    default: return Double(text).map { .real($0) }
    }
  }

  /// `2008-11-03T12:00:00Z` (RFC 3339, in Universal Time).
  static func date(_ text: String) -> PropertyListValue? {
    CivilTime.secondsSince1970(internetText: String(text.trimmed)).map { .date(secondsSince1970: $0) }
  }

  /// Base64, with blanks and line ends anywhere.
  static func data(_ text: String) -> PropertyListValue? {
    let characters = Data(text.utf8.filter { !$0.isBlank && !$0.isLineEnd })
    return Data(base64Encoded: characters).map { .data(Array($0)) }
  }
}

extension String {
  fileprivate var trimmed: Substring {
    let start = drop { $0.isWhitespace }
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { start[...$0] } ?? ""
  }
}
