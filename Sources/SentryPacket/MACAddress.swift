/// Hardware addresses of Ethernet (IEEE 802), kept in the low 48 bits of a number, first byte on the wire highest.
public enum MACAddress {
  /// Reads six hexadecimal parts of one or two digits joined by `:` or `-`, as in `0:1b:21:3c:4d:5e`; `nil` for
  /// anything else.
  public static func value(of text: some StringProtocol) -> UInt64? {
    guard text.utf8.count <= 17 else { return nil }
    let parts = Array(text.utf8).split(omittingEmptySubsequences: false) { $0 == Ascii.colon || $0 == Ascii.hyphen }
    guard parts.count == 6 else { return nil }
    var value: UInt64 = 0
    for part in parts {
      guard let byte = hexByte(part) else { return nil }
      value = value << 8 | UInt64(byte)
    }
    return value
  }

  /// `00:1b:21:3c:4d:5e`.
  public static func text(of value: UInt64) -> String {
    (0..<6).map { index in
      let byte = value >> UInt64(40 - index * 8) & 0xFF
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    .joined(separator: ":")
  }

  private static func hexByte(_ text: ArraySlice<UInt8>) -> UInt8? {
    guard (1...2).contains(text.count) else { return nil }
    var value: UInt8 = 0
    for character in text {
      guard let digit = Ascii.hexDigit(character) else { return nil }
      value = value << 4 | digit
    }
    return value
  }
}
