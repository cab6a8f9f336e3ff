extension Diagnostic {
  /// What a person sees: `file:line:column: severity: message [id]`, the source line, and under it a caret with the
  /// hint. Without a place in a text: `file: at path: …`, the hint on a line of its own. No line end at the end.
  public func rendered(in source: SourceText, usesColor: Bool = false) -> String {
    let paint = Paint(isOn: usesColor)
    let kind = paint.bold(severity.rawValue + ":", severity.color)
    let what = "\(kind) \(DisplayText(message).text) [\(id.rawValue)]"
    let name = DisplayText(source.fileName).text
    if let path, range.isEmpty {
      let hintLine = hint.map { "\n    " + DisplayText($0).text } ?? ""
      return "\(name): at \(DisplayText(path).text): \(what)\(hintLine)"
    }
    let location = source.location(of: range.lowerBound)
    let excerpt = Excerpt(of: range, in: source)
    let marker = paint.bold(excerpt.marker, .green)
    let hintText = hint.map { " " + DisplayText($0).text } ?? ""
    return """
      \(name):\(location.line):\(location.column): \(what)
      \(excerpt.line)
      \(excerpt.indent)\(marker)\(hintText)
      """
  }
}

/// The part of a source line around a finding, with what to print under it.
package struct Excerpt {
  /// The line, or a window of it when it is very long.
  package let line: String
  /// Blanks (and tabs) up to the finding.
  package let indent: String
  /// `^` or `^~~~`, as wide as the finding, never past the end of the line.
  package let marker: String

  /// - Parameters:
  ///   - bytesBefore: how much of a very long line is shown before the start of the finding.
  ///   - bytesAfter: and from there on.
  package init(of range: Range<Int>, in source: SourceText, bytesBefore: Int = 80, bytesAfter: Int = 120) {
    let whole = source.range(ofLine: source.location(of: range.lowerBound).line)
    let start = min(max(range.lowerBound, whole.lowerBound), whole.upperBound)
    let window = Self.window(start - bytesBefore..<start + bytesAfter, in: whole, of: source.bytes)
    let end = min(max(range.upperBound, start), window.upperBound)
    let cutBefore = window.lowerBound > whole.lowerBound ? "…" : ""
    let cutAfter = window.upperBound < whole.upperBound ? "…" : ""

    let before = DisplayText(utf8: source.bytes[window.lowerBound..<start])
    // A tab under the marker would make its width depend on the column, so it is shown as a blank.
    let marked = DisplayText(
      String(decoding: source.bytes[start..<end], as: UTF8.self).map { $0 == "\t" ? " " : String($0) }.joined())
    let after = DisplayText(utf8: source.bytes[end..<window.upperBound])
    line = cutBefore + before.text + marked.text + after.text + cutAfter
    indent = (cutBefore.isEmpty ? "" : " ") + before.blank
    marker = "^" + String(repeating: "~", count: max(0, marked.width - 1))
  }

  /// `range` as far as it is in `line`, whole characters at its ends.
  private static func window(_ range: Range<Int>, in line: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
    var low = max(line.lowerBound, range.lowerBound)
    var high = min(line.upperBound, range.upperBound)
    while low > line.lowerBound, bytes[low].isContinuationByte { low -= 1 }
    while high < line.upperBound, bytes[high].isContinuationByte { high += 1 }
    return low..<high
  }
}

/// ANSI colours, or none.
private struct Paint {
  enum Color: Int { case red = 31, green = 32, yellow = 33, cyan = 36 }

  var isOn: Bool

  func bold(_ text: String, _ color: Color) -> String {
    isOn ? "\u{1B}[1;\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

extension Diagnostic.Severity {
  fileprivate var color: Paint.Color {
    switch self {
    case .error: .red
    case .warning: .yellow
    case .note: .cyan
    }
  }
}
