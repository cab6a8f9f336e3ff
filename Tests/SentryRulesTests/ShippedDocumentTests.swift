import SentryDiagnostics
import Foundation
import SentryRules
import SentryTestSupport
import Testing

@Test(arguments: TestFiles.documents)
func shippedDocumentsHaveNoErrors(_ path: String) throws {
  let document = RuleDocument(reading: try TestFiles.bytes(path))
  let rules = try #require(document.ruleSet, "\(document.rendered)")
  #expect(!rules.rules.isEmpty)
  #expect(try ruleSet(CanonicalDocument.text(of: rules)) == rules)
}

/// Comments number the rules for readers: they must be right.
@Test(arguments: TestFiles.documents)
func numbersInCommentsAgreeWithPositions(_ path: String) throws {
  let document = RuleDocument(reading: try TestFiles.bytes(path))
  for rule in try #require(document.ruleSet).rules {
    guard let comment = rule.source?.openingComment(in: document.source.bytes) else { continue }
    let text = String(decoding: document.source.bytes[comment], as: UTF8.self)
    #expect(text == "/* \(rule.number) */")
  }
}

@Test func theDefaultDocumentIsClean() throws {
  let document = RuleDocument(reading: try TestFiles.bytes("Documents/Default.plist"))
  #expect(document.diagnostics.isEmpty, "\(document.rendered)")
  let rules = try #require(document.ruleSet).rules
  #expect(rules.allSatisfy { $0.source?.openingComment(in: document.source.bytes) != nil })
  // Rule numbers that people know (docs/Classic.md, "Default configuration").
  let actions = Dictionary(uniqueKeysWithValues: rules.map { ($0.number, $0.action.name) })
  #expect(actions["2.1.1"] == "Delete")
  #expect(actions["2.1.5.1"] == "Trigger")
  #expect(actions["2.3.1"] == "Delay")
  #expect(actions["2.5.2.1.1.1"] == "Email")
  #expect(actions["2.6.1.1.17"] == "Delete")
}
