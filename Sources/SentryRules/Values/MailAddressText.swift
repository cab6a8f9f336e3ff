/// Mail addresses as `Email` takes them: one, as `admin@example.org`, without the name of a person (RFC 5321 §4.1.2).
enum MailAddressText {
  private static let longestLocalPart = 64

  static func isAddress(_ text: Substring) -> Bool {
    guard let at = text.lastIndex(of: "@") else { return false }
    return isLocalPart(text[..<at]) && HostNameText.isName(text[text.index(after: at)...])
  }

  /// Words of letters, digits and a few signs, with dots between them; beyond ASCII what mail servers may allow.
  private static func isLocalPart(_ text: Substring) -> Bool {
    guard text.utf8.count <= longestLocalPart else { return false }
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    return words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLetter) }
  }

  private static func isLetter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "!#$%&'*+-/=?^_`{|}~".contains(character)
  }
}
