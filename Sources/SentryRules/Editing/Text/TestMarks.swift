internal import SentryDiagnostics
internal import SentryPropertyList

/// The numbers of rules that the document's tests name.
enum TestMarks {
  /// Every value that names a rule.
  private static func values(in root: SyntaxNode) -> [SyntaxNode] {
    guard let tests = entry(RootKey.tests, of: root), tests.kind == .array else { return [] }
    return tests.elements.flatMap { test in
      let packets = entry(TestKey.packets.rawValue, of: test)?.elements ?? []
      return ([test] + packets).compactMap { entry(TestKey.rule.rawValue, of: $0) }
    }
  }

  private static func entry(_ key: String, of node: SyntaxNode) -> SyntaxNode? {
    node.entrySequence.first { $0.key.hasText(key) }?.value
  }

  /// Lets the tests go on naming the rules that they named before.
  static func update(in root: SyntaxNode, _ renumbering: Renumbering, _ plan: EditPlan, in edits: inout SourceEdits) {
    for value in values(in: root) where !value.range.isEmpty {
      guard let old = value.text.flatMap({ RuleNumber($0) }), let new = renumbering.newNumber(of: old, plan) else {
        continue
      }
      edits.replace(value.range, with: value.quotedAlike("\(new)"))
    }
  }
}
