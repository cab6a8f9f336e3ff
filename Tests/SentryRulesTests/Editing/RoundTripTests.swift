import Foundation
import SentryPropertyList
import SentryRules
import SentryTestSupport
import Testing

/// Edits and their opposites, on documents of every layout.
@Suite struct RoundTripTests {
  /// The text documents of the project.
  static let shipped: [String] = ["Documents", "Samples", "Tests/Reference"].flatMap { folder -> [String] in
    let path = TestFiles.path(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".plist") }.sorted().map { "\(folder)/\($0)" }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestFiles.path(path))))
  }

  @Test(arguments: shipped)
  func shippedTextsPrintBack(path: String) throws {
    let bytes = try Self.bytes(path)
    let document = try #require(PropertyList.read(bytes, fileName: path).document)
    #expect(document.syntax.map { $0.printed == bytes } ?? (document.format != .text))
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func tenThousandTextsPrintBack(block: UInt64) throws {
    for seed in block * 100..<(block + 1) * 100 {
      let text = RandomDocument(seed: seed).text
      let reading = PropertyList.read(Array(text.utf8), fileName: "random")
      #expect(!reading.diagnostics.hasErrors, "seed \(seed)\n\(text)")
      #expect(reading.document?.syntax?.printed == Array(text.utf8), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func editsAndTheirOppositesAreTheSame(block: UInt64) throws {
    for seed in block * 20..<(block + 1) * 20 {
      // An empty list of children does not come back: it says nothing.
      let text = RandomDocument(seed: seed, hasEmptyLists: false).text
      let numbers = try #require(RuleDocument(reading: text).ruleSet, "seed \(seed)").rules.map(\.number)
      for number in numbers { try expectOpposites(text, RuleNumber(number), seed: seed) }
    }
  }

  private func expectOpposites(_ text: String, _ number: RuleNumber?, seed: UInt64) throws {
    let number = try #require(number)
    let document = try open(text)
    let isOn = try document.setEnabled(true, [number]).changed.isEmpty
    let flipped = try document.setEnabled(!isOn, [number])
    if flipped.text.utf8.count == text.utf8.count {
      #expect(try open(flipped.text).setEnabled(isOn, [number]).text == text, "seed \(seed), switch \(number)")
    }
    let snippet = try snippet("( { nodeName = new; enabled = 1; }, { nodeName = newer; enabled = 1; } )")
    for target in [EditTarget.after(number), .before(number), .into(number)] {
      let pasted = try document.paste(snippet, target)
      let rules = try #require(RuleDocument(reading: pasted.bytes).ruleSet?.rules)
      #expect(
        rules.filter { $0.name.hasPrefix("new") }.map(\.number) == pasted.inserted.map(\.description),
        "seed \(seed), \(target)")
      let back = try open(pasted.text).delete(pasted.inserted)
      #expect(back.text == text, "seed \(seed), \(target)\n\(text)\n--- pasted\n\(pasted.text)\n--- back\n\(back.text)")
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func movedAndLiftedRulesAreTheSameRules(block: UInt64) throws {
    for seed in block * 20..<(block + 1) * 20 {
      let random = RandomDocument(seed: seed)
      let before = try #require(RuleDocument(reading: random.text).ruleSet).rules
      let document = try open(random.text)
      for rule in before {
        let number = try #require(RuleNumber(rule.number))
        let moved = try document.move([number], .end)
        let after = try #require(RuleDocument(reading: moved.bytes).ruleSet, "seed \(seed)\n\(moved.text)").rules
        #expect(Self.contents(after) == Self.contents(before), "seed \(seed), move \(number)")
        #expect(Self.commentCount(moved.text) == Self.commentCount(random.text), "seed \(seed), move \(number)")
        let lifted = try document.delete([number], keepingChildren: true)
        let rest = try #require(RuleDocument(reading: lifted.bytes).ruleSet, "seed \(seed)\n\(lifted.text)").rules
        #expect(rest.count == before.count - 1, "seed \(seed), lift \(number)")
      }
    }
  }

  private static func contents(_ rules: [Rule]) -> [String] {
    rules.map { "\($0.name)|\($0.isEnabled)|\($0.property.name)|\($0.value)|\($0.action.name)" }.sorted()
  }

  private static func commentCount(_ text: String) -> Int {
    let syntax = PropertyList.read(Array(text.utf8), fileName: "x").document?.syntax
    return syntax?.tokens.reduce(0) { count, token in
      count + TriviaComments(in: token.leadingTrivia, of: Array(text.utf8)).reduce(0) { sum, _ in sum + 1 }
    } ?? 0
  }
}
