internal import SentryDiagnostics
internal import SentryPropertyList

/// The numbers of rules that the document's tests name.
enum TestMarks {
  /// Whatever may name a rule: tests, and the packets of sequences.
  private static func dictionaries(in root: SyntaxNode) -> [SyntaxNode] {
    guard let tests = entry(RootKey.tests, of: root)?.value, tests.kind == .array else { return [] }
    return tests.elements.flatMap { [$0] + (entry(TestKey.packets.rawValue, of: $0)?.value.elements ?? []) }
  }

  private static func entry(_ key: String, of node: SyntaxNode) -> SyntaxEntry? {
    node.entrySequence.first { $0.key.hasText(key) }
  }

  /// Lets the tests go on naming the rules that they named before. Those that are gone they name no longer: a number left
  /// where it is would come to mean another rule.
  static func update(in root: SyntaxNode, _ renumbering: Renumbering, _ plan: EditPlan, in edits: inout SourceEdits) {
    for dictionary in dictionaries(in: root) {
      guard let entry = entry(TestKey.rule.rawValue, of: dictionary), !entry.value.range.isEmpty,
        let old = entry.value.text.flatMap({ RuleNumber($0) })
      else { continue }
      switch renumbering.fate(of: old, plan) {
      case .kept: break
      case .changed(let new): edits.replace(entry.value.range, with: entry.value.quotedAlike("\(new)"))
      case .gone: edits.replace(dictionary.entryRemoval(of: TestKey.rule.rawValue) ?? entry.range, with: "")
      }
    }
  }
}
