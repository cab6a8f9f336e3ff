import Foundation
import Logging
import Testing

@testable import SentryCommands

@Suite struct DaemonLogTests {
  private func line(_ level: Logger.Level, _ source: String, _ metadata: Logger.Metadata? = nil) -> String? {
    DaemonLog().line(
      of: LogEvent(
        level: level, message: "a word", metadata: metadata, source: source, file: "x.swift", function: "f()", line: 1),
      at: Date(timeIntervalSince1970: 0))
  }

  @Test func ourOwnWordsHaveNoLabels() {
    #expect(line(.info, "SentryService", ["service": "x"]) == "1970-01-01T00:00:00Z info: a word")
  }

  @Test func librariesAreHeardWhenSomethingIsWrong() {
    #expect(line(.info, "HummingbirdCore") == nil)
    #expect(line(.error, "HummingbirdCore", ["error": "x"]) == "1970-01-01T00:00:00Z error: a word error=x")
  }
}
