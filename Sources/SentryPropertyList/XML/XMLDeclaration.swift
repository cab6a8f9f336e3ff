/// The `<?xml … ?>` at the start of a document, which may name an encoding.
struct XMLDeclaration {
  /// Lower case; `nil` when none is named.
  private let encoding: String?

  init(of bytes: [UInt8]) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard bytes[start...].starts(with: Array("<?xml".utf8)),
      let end = bytes[start...].prefix(512).firstIndex(of: UInt8(ascii: ">"))
    else {
      encoding = nil
      return
    }
    let text = String(decoding: bytes[start...end], as: UTF8.self).lowercased()
    encoding = text.firstMatch(of: /encoding\s*=\s*["']([^"']*)["']/).map { String($0.1) }
  }

  /// The encoding named, if a document in it cannot have been taken for UTF-8 or UTF-16.
  var unsupportedEncoding: String? {
    let supported: Set = ["utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"]
    return encoding.flatMap { supported.contains($0) ? nil : $0 }
  }
}
