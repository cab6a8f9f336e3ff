/// Mail addresses as `Email` and the settings take them: one, as `admin@example.org`, without the name of a person
/// (RFC 5321 §4.1.2), in ASCII, as not every mail server takes others.
public enum MailAddress {
  private static let longestLocalPart = 64

  /// None that begins as an option, a file or a program does for some mail servers.
  public static func isUsable(_ text: some StringProtocol) -> Bool {
    let text = Substring(text)
    guard let first = text.utf8.first, !#"-/|"#.utf8.contains(first), text.utf8.allSatisfy({ $0 < 0x80 }),
      let at = text.lastIndex(of: "@")
    else { return false }
    return isLocalPart(text[..<at]) && HostNameText.isName(text[text.index(after: at)...])
  }

  /// Words of letters, digits and a few signs, with dots between them.
  private static func isLocalPart(_ text: Substring) -> Bool {
    guard text.utf8.count <= longestLocalPart else { return false }
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    return words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLetter) }
  }

  private static func isLetter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "!#$%&'*+-/=?^_`{|}~".contains(character)
  }
}
