internal import SentryPacket

/// Host names as documents write them (RFC 1123 §2.1; labels may begin with an underscore, as service names do).
enum HostNameText {
  /// The longest name in text, without its final dot (RFC 1035 §3.1).
  static let longestName = 253
  private static let longestLabel = 63

  /// `www.example.org`, in any case, a final dot does not matter; `*.example.org` for all names below `example.org`.
  static func pattern(_ text: Substring) throws(ValueError) -> NamePattern {
    let matchesBelow = text.hasPrefix("*.")
    var name = matchesBelow ? text.dropFirst(2) : text
    if name.last == "." { name.removeLast() }
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { throw .hostNameNotASCII(text) }
    guard isName(name) else { throw .notAHostName(text) }
    return NamePattern(name: name.utf8.map(\.foldedASCII), matchesBelow: matchesBelow)
  }

  /// One name, ASCII, without a final dot.
  static func isName(_ text: Substring) -> Bool {
    text.utf8.count <= longestName && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...longestLabel).contains(label.utf8.count)
      && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }
}
