/// Characters between the quotes at most: they are to fit on a line.
private let widestExcerpt = 56

extension Sequence<UInt8> {
  /// At most `limit` bytes as a rule would write them, in quotes: `"GET / HTTP/1.1\r\n"…`.
  func excerpt(_ limit: Int = 24) -> String {
    var shown = ""
    var count = 0
    for byte in self {
      let written = byte.asWritten
      guard count < limit, shown.count + written.count <= widestExcerpt else { return "\"\(shown)\"…" }
      shown += written
      count += 1
    }
    return "\"\(shown)\""
  }
}

extension [UInt8] {
  /// What stands at `place`, with a few bytes before and after it.
  func excerpt(around place: Int, _ length: Int) -> String {
    let start = Swift.max(0, place - 6)
    return (start > 0 ? "…" : "") + self[Swift.min(start, count)...].excerpt(Swift.min(length, 24) + 12)
  }
}

extension UInt8 {
  /// As `Data content` writes it.
  private var hexEscape: String { "\\x" + (self < 16 ? "0" : "") + String(self, radix: 16) }

  fileprivate var asWritten: String {
    switch self {
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0x09: "\\t"
    case 0x20...0x7E: String(UnicodeScalar(self))
    default: hexEscape
    }
  }
}
