internal import SentryPropertyList

/// A test that named rules which an edit took out. What it said of them is taken out, too: the numbers mean other rules
/// now, or none.
public struct OrphanedTest: Equatable, Sendable {
  /// `'telnet probe'` by its name, else `test 3` by its position.
  public let title: String
  /// The numbers it named, before the edit.
  public let rules: [RuleNumber]
}

extension OrphanedTest {
  /// Those of the document `root` that `plan` leaves without rules that they named.
  static func all(in root: PropertyListNode, _ renumbering: Renumbering, _ plan: EditPlan) -> [OrphanedTest] {
    guard !plan.removed.isEmpty, let tests = root[RootKey.tests], tests.kind == .array else { return [] }
    return tests.elements.enumerated().compactMap { index, test in
      let packets = test[TestKey.packets.rawValue].map { Array($0.elements) } ?? []
      let gone = ([test] + packets).compactMap { $0[TestKey.rule.rawValue]?.text.flatMap { RuleNumber($0) } }
        .filter { renumbering.fate(of: $0, plan) == .gone }
      guard !gone.isEmpty else { return nil }
      let name = test[TestKey.name.rawValue]?.text ?? ""
      return OrphanedTest(
        title: name.isEmpty ? "test \(index + 1)" : "'\(name.visible)'", rules: Set(gone).sorted())
    }
  }
}
