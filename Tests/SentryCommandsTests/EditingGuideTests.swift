import Foundation
import SentryTestSupport
import Testing

/// Every session of docs/Editing.md prints what it says, starting each time from the document at its top.
@Suite struct EditingGuideTests {
  private static let guide =
    (try? String(contentsOfFile: TestFiles.path("docs/Editing.md"), encoding: .utf8)) ?? ""

  static let sessions: [String] = blocks("console")

  private static func blocks(_ language: String) -> [String] {
    guide.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  @Test func thereAreSessions() {
    #expect(Self.sessions.count >= 6)
    #expect(Self.blocks("plist").count == 1)
  }

  @Test(arguments: sessions.indices)
  func sessionIsTrue(number: Int) async throws {
    let folder = try TemporaryFolder()
    let document = try #require(Self.blocks("plist").first)
    _ = try folder.write("my.plist", document)
    for exchange in Self.sessions[number].components(separatedBy: "$ ").dropFirst() {
      let (command, expected) = try Self.split(exchange)
      if command.hasPrefix("cat ") {
        _ = try folder.write(String(command.dropFirst(4)), expected)
        continue
      }
      if Self.startsAnew(command) { _ = try folder.write("my.plist", document) }
      let shell = "cd '\(folder.url.path)' && PATH=\"\(try Self.programs):$PATH\" && \(command) 2>&1"
      let run = try await Program("sh").run(["-c", shell])
      #expect(run.output == expected, "\(command)")
    }
  }

  private static func split(_ exchange: String) throws -> (command: String, output: String) {
    let end = try #require(exchange.firstIndex(of: "\n"))
    return (String(exchange[..<end]), String(exchange[exchange.index(after: end)...]))
  }

  /// The section on moving says so.
  private static func startsAnew(_ command: String) -> Bool {
    command.hasPrefix("sentry move") || command.hasPrefix("sentry delete")
  }

  private static var programs: String {
    get throws { URL(fileURLWithPath: try Program.sentry.path).deletingLastPathComponent().path }
  }
}
