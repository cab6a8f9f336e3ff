internal import SentryDiagnostics
package import SentryRules

extension NotationError {
  /// The message, the line or as much of it as fits into 80 columns, and a caret under what it is about.
  ///
  /// - Parameter name: what the line is called.
  package func text(about line: String, called name: String = "--packet") -> String {
    // The notation is one line, whatever blanks it has.
    let bytes = line.utf8.map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }
    let excerpt = Excerpt(
      of: range, in: SourceText(fileName: name, bytes: bytes), bytesBefore: 30, bytesAfter: 44)
    return
      (["\(name): \(message)", "    \(excerpt.line)", "    \(excerpt.indent)\(excerpt.marker)"]
      + (hint.map { ["    \($0)"] } ?? [])).joined(separator: "\n")
  }
}
