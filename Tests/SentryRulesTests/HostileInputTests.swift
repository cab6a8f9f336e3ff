import SentryDiagnostics
import SentryRules
import SentryTestSupport
import Testing

@Test(arguments: 0..<60 as Range<UInt64>)
func damagedDocumentsNeverTrap(seed: UInt64) throws {
  var random = SplitMix64(state: seed)
  var bytes = try TestFiles.bytes(TestFiles.documents[Int(seed) % TestFiles.documents.count])
  for _ in 0..<Int.random(in: 1...20, using: &random) {
    let place = Int.random(in: bytes.indices, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
    default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
    }
  }
  let document = RuleDocument(reading: bytes)
  _ = document.diagnostics.map { $0.rendered(in: document.source) }
  guard let rules = document.ruleSet else { return #expect(!document.diagnostics.isEmpty) }
  let program = rules.program()
  for instruction in program.instructions {
    #expect((0...program.instructions.count).contains(Int(instruction.afterMatch)))
    #expect((0...program.instructions.count).contains(Int(instruction.afterSubtree)))
  }
  #expect(try ruleSet(CanonicalDocument.text(of: rules)) == rules)
}

@Test(arguments: 0..<40 as Range<UInt64>)
func strangeValuesNeverTrap(seed: UInt64) {
  var random = SplitMix64(state: seed)
  let alphabet = Array("0123456789999...///---:::[[]]()*,,\\\\xxabcdef+ \u{0}\u{1F600}é%")
  for property in allProperties {
    for _ in 0..<50 {
      let value = String(
        (0..<Int.random(in: 0...24, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
      guard let condition = try? Condition(property, .atLeast, value: value) else { continue }
      #expect(condition.property.name == property.name)
    }
  }
}
