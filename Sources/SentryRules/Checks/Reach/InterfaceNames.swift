internal import Algorithms

/// The interfaces that a document names, by numbers: sorted, so that those with a common start stand together.
struct InterfaceNames: Sendable {
  private let names: [String]
  /// Stands for all interfaces that the document does not name.
  private var other: UInt128 { UInt128(names.count) }

  init(_ ruleSet: RuleSet) {
    var names: Set<String> = []
    for rule in ruleSet.rules where rule.property == InterfaceProperty.self {
      if case .named(let name) = try? InterfaceProperty.parse(Substring(rule.value)) {
        names.insert(ruleSet.settings.systemName(of: name))
      }
    }
    self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Interfaces that `pattern` may match.
  func possible(_ pattern: InterfacePattern?) -> ValueSet {
    guard case .prefixed = pattern else { return certain(pattern) }
    return ValueSet(certain(pattern).ranges + [other...other])
  }

  /// The interface with this name, perhaps with others that no rule names.
  func values(of name: String) -> ValueSet {
    let named = certain(.named(name))
    return named.isEmpty ? ValueSet(other) : named
  }

  /// Interfaces that `pattern` matches for certain: those that rules name.
  func certain(_ pattern: InterfacePattern?) -> ValueSet {
    let indexes: Range<Int>
    switch pattern {
    case .named(let name):
      let index = names.partitioningIndex { !$0.utf8.lexicographicallyPrecedes(name.utf8) }
      indexes = index..<(index < names.count && names[index] == name ? index + 1 : index)
    case .prefixed(let start):
      let first = names.partitioningIndex { !$0.utf8.lexicographicallyPrecedes(start.utf8) }
      let end = names.partitioningIndex { $0.utf8.prefix(start.utf8.count).isAfter(start.utf8) }
      indexes = first..<max(first, end)
    case nil, .external, .internal:
      indexes = 0..<0
    }
    guard let first = indexes.first, let last = indexes.last else { return ValueSet([]) }
    return ValueSet(UInt128(first)...UInt128(last))
  }
}

extension Sequence<UInt8> {
  fileprivate func isAfter(_ other: some Sequence<UInt8>) -> Bool { other.lexicographicallyPrecedes(self) }
}
