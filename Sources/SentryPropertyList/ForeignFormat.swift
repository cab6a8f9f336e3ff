/// What people pass for a document by mistake, told by its first bytes.
enum ForeignFormat {
  /// In words for a message: "a capture"; `nil` for what may be a property list.
  static func name(of bytes: [UInt8]) -> String? {
    signatures.first { bytes.starts(with: $0.start) }?.name
  }

  private static let signatures: [(start: [UInt8], name: String)] = [
    ([0xD4, 0xC3, 0xB2, 0xA1], "a capture"),
    ([0xA1, 0xB2, 0xC3, 0xD4], "a capture"),
    ([0x4D, 0x3C, 0xB2, 0xA1], "a capture"),
    ([0xA1, 0xB2, 0x3C, 0x4D], "a capture"),
    ([0x0A, 0x0D, 0x0D, 0x0A], "a capture"),
    ([0x1F, 0x8B], "compressed data"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed data"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed data"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program"),
  ]
}
