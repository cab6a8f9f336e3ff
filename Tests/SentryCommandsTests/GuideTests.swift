import Foundation
import SentryRules
import SentryTestSupport
import Testing

/// Every example of the guide is a document that loads, without a finding.
@Suite struct GuideTests {
  static let examples: [String] = {
    let text = (try? String(contentsOfFile: TestFiles.path("docs/Documents.md"), encoding: .utf8)) ?? ""
    return text.components(separatedBy: "```plist\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }()

  @Test func thereAreExamples() {
    #expect(Self.examples.count >= 10)
  }

  @Test(arguments: examples.indices)
  func exampleLoads(number: Int) {
    let document = RuleDocument(reading: Self.examples[number])
    #expect(document.ruleSet != nil)
    #expect(document.diagnostics.map(\.message) == [])
  }
}
