import SentryDiagnostics
import Testing

@testable import SentryPropertyList

/// Reads a text document.
func read(_ text: String) -> PropertyListReading {
  PropertyList.read(Array(text.utf8), fileName: "test.plist")
}

/// Checks one text with many answers: `«` and `»` mark where each finding is to be, in order (with nothing between them
/// for a spot), `ids` says which. Whatever was read prints back byte for byte.
func expectDocument(
  _ marked: String, _ ids: Diagnostic.ID..., sourceLocation: SourceLocation = #_sourceLocation
) {
  var text: [UInt8] = []
  var starts: [Int] = []
  var ranges: [Range<Int>] = []
  for character in marked {
    switch character {
    case "«": starts.append(text.count)
    case "»": ranges.append((starts.popLast() ?? 0)..<text.count)
    default: text += Array(String(character).utf8)
    }
  }
  let reading = PropertyList.read(text, fileName: "test.plist")
  let rendered = reading.diagnostics.map { $0.rendered(in: reading.source) }.joined(separator: "\n")
  #expect(reading.diagnostics.map(\.id) == ids, "\(rendered)", sourceLocation: sourceLocation)
  #expect(reading.diagnostics.map(\.range) == ranges, "\(rendered)", sourceLocation: sourceLocation)
  if let syntax = reading.document?.syntax {
    #expect(syntax.printed == text, sourceLocation: sourceLocation)
  }
}
