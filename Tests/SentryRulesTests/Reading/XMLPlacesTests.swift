import SentryDiagnostics
import SentryTestSupport
import Testing

@testable import SentryPropertyList
@testable import SentryRules

/// A document with each kind of finding, as text and as XML: the findings are the same, and point at the same.
@Suite struct XMLPlacesTests {
  /// The examples of the guide that are documents in text and read without a repair.
  private static let examples: [String] = FindingGuide.pages.compactMap { page in
    guard case .text(let text) = page.example else { return nil }
    let reading = PropertyList.read(Array(text.utf8), fileName: "x")
    return reading.document?.format == .text && reading.diagnostics.isEmpty ? text : nil
  }

  @Test func thereAreManyExamples() { #expect(Self.examples.count > 30) }

  @Test(arguments: examples)
  func findingsOfXMLPointAtWhatThoseOfTheTextPointAt(text: String) throws {
    let plain = RuleDocument(reading: text)
    let root = try #require(PropertyList.read(Array(text.utf8), fileName: "x").document).root
    let xml = RuleDocument(reading: try root.value.xml())
    let (expected, found) = (plain.findings(), xml.findings())
    #expect(found.map(\.id) == expected.map(\.id))
    for (expected, found) in zip(expected, found) {
      #expect(found.path == nil)
      #expect(Self.pointedAt(by: found, in: xml.source) == Self.pointedAt(by: expected, in: plain.source))
      let lines = zip([expected, found], [plain.source, xml.source]).map { Self.ordinal(of: $0, in: $1) }
      #expect(lines[0] == lines[1], "\(expected.id) \(expected.message)")
    }
  }

  /// The word, or the kind of container.
  private static func pointedAt(by finding: Diagnostic, in source: SourceText) -> String {
    let text = String(decoding: source.bytes[finding.range], as: UTF8.self)
    if text.hasPrefix("{") || text == "<dict>" || text == "<dict/>" { return "dictionary" }
    if text.hasPrefix("(") || text == "<array>" || text == "<array/>" { return "array" }
    if text == "<string>" || text == "<string/>" || text == "\"\"" { return "" }
    let plain = text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
    return plain.replacing("&gt;", with: ">").replacing("&lt;", with: "<").replacing("&amp;", with: "&")
      .replacing("\\\"", with: "\"")
  }

  /// How many values and keys begin before it or at it.
  private static func ordinal(of finding: Diagnostic, in source: SourceText) -> Int {
    var count = 0
    func visit(_ node: PropertyListNode) {
      if (node.opening ?? node.place.range).lowerBound <= finding.range.lowerBound { count += 1 }
      for element in node.elements { visit(element) }
      for entry in node.entries {
        if entry.keyPlace.range.lowerBound <= finding.range.lowerBound { count += 1 }
        visit(entry.value)
      }
    }
    if let root = PropertyList.read(source.bytes, fileName: "x").document?.root { visit(root) }
    return count
  }
}
