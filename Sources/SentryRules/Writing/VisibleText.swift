extension String {
  /// On one line and harmless to a terminal: control characters as the pictures that Unicode has for them, characters
  /// that turn the direction of text left out.
  package var visible: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x00...0x1F: text.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
      case 0x7F: text += "\u{2421}"
      case 0x80...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: break
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
