import Foundation
import SentryTestSupport
import Testing

/// What docs/Explain.md shows is what the program prints.
@Suite struct ExplainGuideTests {
  /// Blocks that begin with a command line.
  static let runs: [String] = {
    let text = (try? String(contentsOfFile: TestFiles.path("docs/Explain.md"), encoding: .utf8)) ?? ""
    return text.components(separatedBy: "```\n").filter { $0.hasPrefix("$ sentry ") }
  }()

  @Test func thereAreRuns() {
    #expect(Self.runs.count == 2)
  }

  @Test(arguments: runs)
  func itPrintsWhatIsShown(shown: String) async throws {
    let command = try #require(shown.split(separator: "\n").first)
    let arguments = words(command.dropFirst("$ sentry ".count)).map { word in
      word.hasPrefix("Samples/") || word.hasPrefix("Documents/") ? TestFiles.path(word) : word
    }
    // Times are local.
    let run = try await Program.sentry.run(arguments, environment: ["TZ": "UTC"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == shown.drop { $0 != "\n" }.dropFirst())
  }

  /// As a shell splits them: blanks within single quotes do not count.
  private func words(_ line: Substring) -> [String] {
    line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { place, part in
      place.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
    }
  }
}
