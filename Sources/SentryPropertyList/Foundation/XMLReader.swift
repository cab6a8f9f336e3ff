import Foundation
import SentryDiagnostics

/// XML property lists, through Foundation. It knows no places, so findings about the content give a path; when the XML
/// itself cannot be read, its message gives the line.
enum XMLReader {
  /// Whether `bytes`, UTF-8, begin an XML property list. (A `<` also begins data in a text property list, but no
  /// element's name is all hexadecimal digits.)
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while offset < bytes.count, bytes[offset].isBlank || bytes[offset].isLineEnd { offset += 1 }
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "<") else { return false }
    let rest = bytes[(offset + 1)...].prefix(16)
    if rest.first == UInt8(ascii: "?") || rest.first == UInt8(ascii: "!") { return true }
    let name = String(decoding: rest.prefix { $0.isASCIILetterOrDigit }, as: UTF8.self)
    return elementNames.contains(name)
  }

  private static let elementNames: Set<String> = [
    "plist", "dict", "array", "string", "key", "integer", "real", "true", "false", "date", "data",
  ]

  static func read(_ source: SourceText, findings: [Diagnostic]) -> PropertyListReading {
    var reading = PropertyListReading(source: source, document: nil, diagnostics: findings)
    guard findings.isEmpty else { return reading }
    let declaration = XMLDeclaration(of: source.bytes)
    if let encoding = declaration.unsupportedEncoding {
      reading.diagnostics.append(SyntaxMessages.unsupportedEncoding(encoding))
      return reading
    }
    reading.diagnostics += XMLKeys.duplicates(in: source)
    do {
      let converted = try FoundationValue(reading: declaration.blanked(in: source.bytes))
      reading.diagnostics += converted.findings
      reading.document = PropertyListDocument(
        source: source, format: .xml, root: PropertyListNode(converted.value, path: ""), syntax: nil)
    } catch {
      reading.diagnostics.append(diagnostic(for: error as NSError, in: source))
    }
    return reading
  }

  private static func diagnostic(for error: NSError, in source: SourceText) -> Diagnostic {
    let description = error.userInfo["NSDebugDescription"] as? String ?? "it is not a property list"
    let endsEarly = description.contains("EOF")
    let line = description.firstMatch(of: /line (\d+)/).flatMap { Int($0.1) } ?? (endsEarly ? source.lineCount : 1)
    let message = description.prefix(1).lowercased() + description.dropFirst()
    return Diagnostic(
      .unreadableXML, at: .init(range: source.range(ofLine: line)), "the XML cannot be read: \(message)")
  }
}
