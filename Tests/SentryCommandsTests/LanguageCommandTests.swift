import SentryTestSupport
import Testing

/// `properties` and `actions` as a user meets them.
@Suite struct LanguageCommandTests {
  @Test(arguments: [("properties", "Dest port"), ("actions", "Drop connection")])
  func theListHasEveryWord(command: String, word: String) async throws {
    let run = try await Program.sentry.run([command])
    #expect(run.status == 0)
    #expect(run.output.contains("\n\(word) "))
  }

  @Test(arguments: [("properties", "TCP FLAGS", "TCP header flags: "), ("actions", "applescript", "Script: ")])
  func aWordIsFoundByAnyOfItsNames(command: String, name: String, start: String) async throws {
    let run = try await Program.sentry.run([command, name])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix(start))
  }

  @Test func aSlipIsAUsageErrorThatNamesTheNearest() async throws {
    let run = try await Program.sentry.run(["properties", "Dest prot"])
    #expect(run.status == 2)
    #expect(run.errors.contains("no property is called 'Dest prot'; did you mean 'Dest port'?"))
  }
}
