import Foundation
import SentryDiagnostics

/// Binary property lists, through Foundation, after a look at their structure of our own.
enum BinaryReader {
  static func read(_ bytes: [UInt8], fileName: String) -> PropertyListReading {
    // Findings give a path; there is no text to quote.
    let source = SourceText(fileName: fileName, bytes: [])
    var reading = PropertyListReading(source: source, document: nil, diagnostics: [])
    do {
      try BinaryStructure(of: bytes).check()
      let converted = try FoundationValue(reading: bytes)
      reading.diagnostics = converted.findings
      reading.document = PropertyListDocument(
        source: source, format: .binary, root: PropertyListNode(converted.value, path: ""), syntax: nil)
    } catch let failure as BinaryStructure.Failure {
      reading.diagnostics = [diagnostic(failure.description)]
    } catch {
      let description = (error as NSError).userInfo["NSDebugDescription"] as? String
      reading.diagnostics = [diagnostic(description ?? "it is not a property list")]
    }
    return reading
  }

  private static func diagnostic(_ reason: String) -> Diagnostic {
    Diagnostic(
      .unreadableBinary, at: .init(path: "root"), "the binary property list cannot be read: \(reason)",
      hint: "the file may be cut short or damaged")
  }
}
