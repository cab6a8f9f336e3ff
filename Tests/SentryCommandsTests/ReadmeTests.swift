import Foundation
import SentryEngine
import SentryRules
import SentryTestSupport
import Testing

/// What the README shows is what the program prints.
@Suite struct ReadmeTests {
  /// The README's blocks between lines of three backticks.
  static let blocks: [String] = {
    let text = (try? String(contentsOfFile: TestFiles.path("README.md"), encoding: .utf8)) ?? ""
    let parts = text.components(separatedBy: "\n```\n")
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
  }()

  @Test func theSmallDocumentIsTheSample() throws {
    let sample = try String(contentsOfFile: TestFiles.path("Samples/first.plist"), encoding: .utf8)
    #expect(try #require(Self.blocks.first) + "\n" == sample)
  }

  /// The first document to write stands in indented lines.
  @Test func theFirstDocumentKeepsItsPromise() throws {
    let lines = TestFiles.text("README.md").split(separator: "\n", omittingEmptySubsequences: false)
    let shown = lines.drop { $0 != "    {" }.prefix { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
    let document = RuleDocument(reading: shown.joined(separator: "\n"))
    #expect(document.diagnostics.map { $0.rendered(in: document.source) } == [])
    let results = DocumentTests.run(try #require(document.ruleSet))
    #expect(results.map(\.hasPassed) == [true])
  }

  @Test func theReplayPrintsWhatIsShown() async throws {
    let shown = try #require(Self.blocks.first { $0.hasPrefix("$ sentry replay") })
    let command = try #require(shown.split(separator: "\n").first).split(separator: " ").dropFirst(2)
    let arguments = command.map { $0.hasPrefix("Samples/") ? TestFiles.path(String($0)) : String($0) }
    let run = try await Program.sentry.run(arguments)
    #expect(run.status == 0)
    #expect(run.output == shown.drop { $0 != "\n" }.dropFirst() + "\n")
  }

  @Test func theSlipOfThePenIsFoundAsShown() async throws {
    let shown = try #require(Self.blocks.first { $0.hasPrefix("$ sentry check") })
    let folder = try TemporaryFolder()
    let bad = try #require(Self.blocks.first).replacingOccurrences(
      of: #""Dest port"; propertyValue = "23"#, with: #""Dest prot"; propertyValue = "23"#)
    let path = try folder.write("bad.plist", bad)
    let run = try await Program.sentry.run(["check", path])
    #expect(run.status == 1)
    let output = run.output.replacingOccurrences(of: path, with: "bad.plist")
    #expect(output == shown.drop { $0 != "\n" }.dropFirst() + "\n")
  }

  @Test func theSmallDocumentKeepsThePromiseThatIsShown() async throws {
    let document = try #require(Self.blocks.first)
    let promise = try #require(Self.blocks.first { $0.hasPrefix("{ packet = ") })
    let folder = try TemporaryFolder()
    let end = try #require(document.range(of: "}", options: .backwards))
    let path = try folder.write(
      "promise.plist", document.replacingCharacters(in: end, with: "tests = ( \(promise) ); }"))
    let run = try await Program.sentry.run(["test", path])
    #expect(run.output == "\(path): 1 test passed\n", "\(run.errors)")
  }
}
