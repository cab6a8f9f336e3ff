import Foundation
import SentryEngine
import SentryRules
import SentryTestSupport
import Testing

/// Every example of docs/Notation.md is read, every word of the notation stands in it, and its tests are kept.
@Suite struct NotationGuideTests {
  private static let text = (try? String(contentsOfFile: TestFiles.path("docs/Notation.md"), encoding: .utf8)) ?? ""

  private static func blocks(_ language: String) -> [String] {
    text.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  static let packets = blocks("packet").flatMap { $0.split(separator: "\n").map(String.init) }

  @Test func thereAreExamples() {
    #expect(Self.packets.count >= 30)
  }

  @Test(arguments: packets)
  func packetReads(line: String) throws {
    #expect(try PacketNotation.parse(line).frame().isEmpty == false)
  }

  @Test func theDocumentKeepsItsPromises() throws {
    let documents = Self.blocks("plist")
    #expect(documents.count == 1)
    for text in documents {
      let document = RuleDocument(reading: text)
      #expect(document.diagnostics.map(\.message) == [])
      let rules = try #require(document.ruleSet)
      #expect(rules.tests.count == 3)
      #expect(DocumentTests.failures(of: rules).map(\.message) == [])
    }
  }

  @Test(arguments: PacketNotation.words)
  func everyWordIsThere(word: String) {
    #expect(Self.text.contains("`\(word)") || Self.packets.contains { $0.contains(" \(word)") }, "\(word)")
  }
}
