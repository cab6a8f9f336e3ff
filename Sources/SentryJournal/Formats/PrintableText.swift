extension String {
  /// Control characters from rule names and parameters become blanks, and so do those that have no shape of their own but turn others
  /// around, so that an entry never spans two lines, steers a terminal or looks like another.
  var printable: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  /// C0, DEL, C1, the separators that some programs take for line ends, and format characters but the joiners of a spelling.
  var isControl: Bool {
    if value < 0x7F { return value < 0x20 }
    if value <= 0x9F || value == 0x2028 || value == 0x2029 { return true }
    return properties.generalCategory == .format && value != 0x200C && value != 0x200D
  }
}
