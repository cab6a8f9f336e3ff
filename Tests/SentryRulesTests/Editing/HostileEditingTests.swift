import SentryRules
import SentryTestSupport
import Testing

/// Whatever is pasted or opened, it is edited or refused.
@Suite struct HostileEditingTests {
  private static let seeds = [
    SnippetTextTests.plain, sample, "> ( { nodeName = “a”; } )\nbye", "<dict><key>a</key></dict>",
  ]

  private static let odd: [Unicode.Scalar] = [
    "(", ")", "{", "}", "\"", "'", "“", "”", "‘", ">", "\n", "\r", "/", "*", ";", ",", "=", "\\", "<", "\u{A0}", "&",
    "9", ".",
  ]

  private static func damaged(_ text: String, _ random: inout SplitMix64) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: scalars.indices, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: scalars[place] = odd.randomElement(using: &random) ?? "("
      case 1: scalars.insert(odd.randomElement(using: &random) ?? "(", at: place)
      default: if scalars.count > 1 { scalars.remove(at: place) }
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func damagedSnippetsNeverTrap(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    for text in Self.seeds {
      guard let snippet = try? snippet(Self.damaged(text, &random)) else { continue }
      let pasted = try open(sample).paste(snippet, .before(number("2.1")))
      #expect(RuleDocument(reading: pasted.bytes).ruleSet != nil, "\(pasted.text)")
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func damagedDocumentsNeverTrap(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    for text in [sample, RandomDocument(seed: seed).text] {
      let text = Self.damaged(text, &random)
      _ = FormattedDocument(reading: Array(text.utf8)).text
      guard let document = try? open(text) else { continue }
      for name in ["1", "2", "2.1", "2.2.1", "3"] {
        guard let rule = try? document.rule(named: name) else { continue }
        _ = try? document.setEnabled(true, [rule])
        _ = try? document.delete([rule])
        _ = try? document.delete([rule], keepingChildren: true)
        _ = try? document.move([rule], .end)
        _ = try? document.insert(NewRule(), .into(rule))
        _ = try? document.insert(NewRule(), .after(rule))
      }
    }
  }

  @Test func aMailFullOfOpenBracketsIsRefusedSoon() {
    let text = "Hello\n" + String(repeating: "(\n", count: 100_000)
    #expect(throws: EditError.self) { try snippet(text) }
  }
}
