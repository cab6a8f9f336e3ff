/// The classes of bytes a text property list is made of.
extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let backslash = UInt8(ascii: "\\")
  static let slash = UInt8(ascii: "/")
  static let asterisk = UInt8(ascii: "*")
  static let quotationMark = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")

  var isLineEnd: Bool { self == .lineFeed || self == .carriageReturn }

  /// Tab, vertical tab, form feed, space.
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0B || self == 0x0C }

  /// C0 control characters other than blanks and line ends, and delete.
  var isControl: Bool { self < 0x20 && !isBlank && !isLineEnd || self == 0x7F }

  var isQuote: Bool { self == .quotationMark || self == .apostrophe }

  /// Ends a bare word: brackets, separators, quotes.
  var isDelimiter: Bool {
    switch self {
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "="),
      UInt8(ascii: ";"), UInt8(ascii: ","), .quotationMark, .apostrophe:
      true
    default: false
    }
  }

  var isOpeningBracket: Bool { self == UInt8(ascii: "(") || self == UInt8(ascii: "{") }

  var isClosingBracket: Bool { self == UInt8(ascii: ")") || self == UInt8(ascii: "}") }

  var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }

  var isASCIILetterOrDigit: Bool {
    isASCIIDigit || self >= 0x41 && self <= 0x5A || self >= 0x61 && self <= 0x7A
  }

  /// May stand in text without quotes when read: what Foundation's readers take, and `+`.
  var isWordByte: Bool {
    if isASCIILetterOrDigit { return true }
    switch self {
    case UInt8(ascii: "_"), UInt8(ascii: "$"), .slash, UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "+"):
      return true
    default: return false
    }
  }

  /// The value of a hexadecimal digit: 0...15.
  var hexDigitValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
