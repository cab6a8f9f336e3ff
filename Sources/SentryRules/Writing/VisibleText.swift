internal import SentryDiagnostics

extension String {
  /// On one line and harmless to a terminal: control characters as the pictures that Unicode has for them, characters
  /// that nobody would see, or that turn the direction of text, as escapes.
  package var visible: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var text = ""
    for character in self { text += character.withStandIns ?? String(character) }
    return text
  }
}
