import Foundation
import SentryTestSupport
import Testing

/// `compile` as a user meets it.
@Suite struct CompileCommandTests {
  private static let document = TestFiles.path("Documents/Default.plist")
  private static let exact =
    "{ rules = ( { enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Delete; } ); }"

  @Test func whatIsMissingStandsAtTheTop() async throws {
    let run = try await Program.sentry.run(["compile", Self.document, "--to", "nft"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("# What nftables can do of "))
    #expect(run.output.contains("#   2.2.1.1.1 Code Red Worm (inbound): it looks into the payload\n"))
    #expect(run.output.contains("counter name undecided accept\n"))
  }

  @Test func undecidedPacketsMayBeDropped() async throws {
    let run = try await Program.sentry.run(["compile", Self.document, "--to", "nft", "--undecided", "drop"])
    #expect(run.output.contains("counter name undecided drop\n"))
  }

  @Test func strictEndsWithOneIfSomethingIsMissing() async throws {
    #expect(try await Program.sentry.run(["compile", "--strict", Self.document, "--to", "nft"]).status == 1)
    let folder = try TemporaryFolder()
    let path = try folder.write("exact.plist", Self.exact)
    let run = try await Program.sentry.run(["compile", "--strict", path, "--to", "nft"])
    #expect(run.status == 0 && !run.output.contains("Not decided"), "\(run.output)\(run.errors)")
  }

  @Test func theReportNamesThePlaces() async throws {
    let run = try await Program.sentry.run(["compile", Self.document, "--to", "nft", "--format", "json"])
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let gaps = try #require(report["gaps"] as? [[String: Any]])
    let gap = try #require(gaps.first { $0["number"] as? String == "2.3.1" })
    #expect(gap["outcome"] as? String == "undecided" && gap["direction"] as? String == "inbound")
    let lines = TestFiles.text("Documents/Default.plist").split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(gap["line"] as? Int)
    #expect(lines[line - 1].contains("/* 2.3.1 */"))
    #expect((report["counters"] as? [String: String])?["2.1.1"] == "r2_1_1")
    #expect((report["ruleset"] as? String)?.contains("table inet sentry-compiled {") == true)
  }

  @Test func aDocumentWithErrorsIsNotCompiled() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.plist", "{ rules = ( { enabled = 1; propertyName = Protocl; } ); }")
    let run = try await Program.sentry.run(["compile", path, "--to", "nft"])
    #expect(run.status == 65 && run.output.isEmpty)
  }

  @Test(arguments: [["--to", "pf"], [], ["--to", "nft", "--undecided", "reject"]])
  func whatIsNotKnownIsAUsageError(arguments: [String]) async throws {
    let run = try await Program.sentry.run(["compile", Self.document] + arguments)
    #expect(run.status == 2 && run.output.isEmpty)
  }
}
