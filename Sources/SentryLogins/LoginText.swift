/// Bytes of a log as text that can be shown anywhere: no line ends, no escapes for terminals, nothing that turns the direction of
/// writing.
enum LoginText {
  private static let replacement: Unicode.Scalar = "\u{FFFD}"

  /// - Parameter limit: characters; what is longer ends in `…`.
  static func visible(_ bytes: [UInt8], atMost limit: Int) -> String {
    if bytes.count <= limit, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
      return String(decoding: bytes, as: UTF8.self)
    }
    // No character has more bytes than that, unless somebody piles up accents.
    let isLong = bytes.count > limit * 4
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: isLong ? bytes[..<(limit * 4)] : bytes[...], as: UTF8.self).unicodeScalars {
      guard scalars.count < limit else { return String(scalars) + "…" }
      scalars.append(isVisible(scalar) ? scalar : replacement)
    }
    return String(scalars) + (isLong ? "…" : "")
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value >= 0x20, scalar.value < 0x7F { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
    default: return true
    }
  }
}
