import SentryDiagnostics
import SentryRules
import Testing

/// Findings name line and column of the text that was sent, and show its line.
@Suite struct SnippetPlaceTests {
  private static let wrong = #"{ enabled = 1; propertyName = "Dest prt"; propertyValue = 25; }"#

  @Test(
    arguments: [
      ("quoted", "> \(wrong)\n> { enabled = 1; }\n", "snippet:1:33:", "> \(wrong)"),
      ("after prose", "Hi,\n\nuse \(wrong)\n", "snippet:3:35:", "use \(wrong)"),
      ("after prose and CR LF", "Hi,\r\n\r\nuse \(wrong)\r\n", "snippet:3:35:", "use \(wrong)"),
      (
        "behind a piece of the same mail", "Hi,\n> { enabled = 1; }\nor\n>> \(wrong)\n", "snippet:4:34:", ">> \(wrong)"
      ),
      (
        "typographic quotes", "Hi:\n{ enabled = 1; propertyName = “Dest prt”; }\n", "snippet:2:31:",
        "{ enabled = 1; propertyName = “Dest prt”; }"
      ),
      (
        "behind a line that was broken", "> { nodeName = \"a\n> b\"; enabled = 1;\n> propertyName = Protocl; }\n",
        "snippet:3:18:", "> propertyName = Protocl; }"
      ),
      (
        "HTML", "<p>Hi</p>\n<b>{ enabled = 1;</b> propertyName = &quot;Dest prt&quot;; }", "snippet:2:38:",
        "<b>{ enabled = 1;</b> propertyName = &quot;Dest prt&quot;; }"
      ),
      (
        "base64, in the text that was encoded",
        "Content-Transfer-Encoding: base64\n\neyBlbmFibGVkID0gMTsKcHJvcGVydHlOYW1lID0gUHJvdG9jbDsgfQo=\n",
        "snippet, base64 decoded:", "propertyName = Protocl; }"
      ),
    ])
  func findingsNameThePlaceThatWasSent(_ what: String, _ text: String, _ place: String, _ line: String) throws {
    let error = try #require(#expect(throws: EditError.self, "\(what)") { try snippet(text) })
    let finding = try #require(error.findings.first { $0.id == .unknownProperty }, "\(what): \(error.findings)")
    let lines = finding.rendered(in: try #require(error.source)).split(separator: "\n")
    #expect(lines.first?.hasPrefix(place) == true, "\(what): \(lines)")
    #expect(lines.dropFirst().first.map(String.init) == line, "\(what)")
  }

  /// A hint may name a second line.
  @Test func linesWithinHintsAreThoseThatWereSent() throws {
    let text =
      "Hi\nthere,\n> { nodeName = \"a\n> b\"; enabled = 1; children = (\n>   { enabled = 1; } }\n> { enabled = 1; } )\n"
    let error = try #require(#expect(throws: EditError.self) { try snippet(text) })
    let hints = error.findings.compactMap(\.hint)
    #expect(hints.contains { $0.contains("the '{' of line 3") }, "\(error.findings)")
  }

  @Test func moreThanAMegabyteOfMailIsDecoded() throws {
    let mail = String(repeating: "> Nothing of interest stands in this line.\n", count: 30_000)
    #expect(mail.utf8.count > 1 << 20)
    #expect(try snippet(mail + "> { enabled = 1; nodeName = a; }\n").count == 1)
  }

  @Test func everyRuleOfAMailIsTaken() throws {
    let mail = String(repeating: "> and { enabled = 1; nodeName = a; }\n", count: 150)
    #expect(try snippet(mail).count == 150)
  }

  /// 16 MiB with everything attached, 2 MiB of text.
  @Test(arguments: [(17 << 20, "up to 16777216 bytes of an e-mail"), (3 << 20, "up to 2097152 bytes of an e-mail")])
  func mailBeyondTheLimitIsRefusedWithIt(blanks: Int, expected: String) throws {
    let text = "> { enabled = 1; nodeName = a; }\n" + String(repeating: " ", count: blanks)
    let error = try #require(#expect(throws: EditError.self) { try snippet(text) })
    #expect(error.message.contains(expected), "\(error.message)")
  }
}
