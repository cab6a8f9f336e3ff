import Foundation
import Testing

@testable import SentryDiagnostics

@Test func recordsCarryBothEndsOfTheRange() throws {
  let finding = Diagnostic(.badValue, at: .init(range: 3..<8), "bad", hint: "better")
  let record = DiagnosticRecord(finding, in: SourceText(fileName: "x", bytes: Array("ab\ncdéfg".utf8)))
  #expect(record.file == "x" && record.severity == "error" && record.id == "badValue")
  #expect(record.line == 2 && record.column == 1 && record.endLine == 2 && record.endColumn == 5)
  #expect(record.message == "bad" && record.hint == "better" && record.path == nil)
  let decoded = try JSONDecoder().decode(DiagnosticRecord.self, from: JSONEncoder().encode(record))
  #expect(decoded == record)
}

@Test func recordsWithoutTextHaveAPathAndNoNumbers() throws {
  let finding = Diagnostic(.keptKeys, .note, at: .init(path: "rules[0]"), "kept")
  let record = DiagnosticRecord(finding, in: SourceText(fileName: "x", bytes: []))
  let object = try #require(
    JSONSerialization.jsonObject(with: JSONEncoder().encode(record)) as? [String: String])
  #expect(object == ["file": "x", "severity": "note", "id": "keptKeys", "message": "kept", "path": "rules[0]"])
}

@Test(
  arguments: [
    ([], "no findings", false),
    ([.error], "1 error", true),
    ([.warning, .error, .error], "2 errors, 1 warning", true),
    ([.note, .note], "2 notes", false),
    ([.warning], "1 warning", false),
  ] as [([Diagnostic.Severity], String, Bool)])
func summaries(severities: [Diagnostic.Severity], text: String, hasErrors: Bool) {
  let findings = severities.map { Diagnostic(.badValue, $0, at: .init(range: 0..<0), "x") }
  #expect(findings.summary == text)
  #expect(findings.hasErrors == hasErrors)
}

@Test func severitiesAreOrdered() {
  #expect([Diagnostic.Severity.error, .note, .warning].sorted() == [.note, .warning, .error])
}
