import Foundation
import SentryEngine
import SentryRules
import SentryTestSupport
import Testing

/// The examples of the documentation are documents that load without a finding and keep what they promise.
@Suite struct GuideTests {
  struct Example: Sendable, CustomTestStringConvertible {
    /// From the top of the checkout.
    let page: String
    /// Where it begins.
    let line: Int
    let text: String

    var testDescription: String { "\(page):\(line)" }
  }

  static let examples: [Example] = ["Guide", "Properties", "Actions", "Enforcement", "Modes"].flatMap {
    examples(of: "docs/\($0).md")
  }

  /// What stands between lines with three backticks, the first of which names a property list.
  private static func examples(of page: String) -> [Example] {
    let parts = TestFiles.text(page).components(separatedBy: "\n```plist\n")
    var line = 1
    return zip(parts, parts.dropFirst()).compactMap { before, part in
      line += before.count { $0 == "\n" } + 2
      let example = part.components(separatedBy: "\n```\n").first.map { Example(page: page, line: line, text: $0) }
      return example
    }
  }

  @Test func thereAreExamples() {
    #expect(Self.examples.count { $0.page == "docs/Guide.md" } >= 12)
    #expect(Self.examples.count >= 70)
  }

  @Test(arguments: examples)
  func exampleLoadsWithoutAFinding(_ example: Example) {
    let document = RuleDocument(reading: example.text, fileName: example.testDescription)
    #expect(document.ruleSet != nil)
    #expect(document.diagnostics.map { $0.rendered(in: document.source) } == [])
  }

  @Test(arguments: examples)
  func exampleKeepsItsPromises(_ example: Example) throws {
    let document = RuleDocument(reading: example.text, fileName: example.testDescription)
    let failures = DocumentTests.failures(of: try #require(document.ruleSet))
    #expect(failures.map { $0.rendered(in: document.source) } == [])
  }

  @Test func mostExamplesOfTheGuidePromiseSomething() {
    let guide = Self.examples.filter { $0.page == "docs/Guide.md" }
    let withTests = guide.count { RuleDocument(reading: $0.text).ruleSet?.tests.isEmpty == false }
    #expect(withTests >= guide.count - 1)
  }
}
