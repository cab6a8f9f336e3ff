/// The host names that a document asks about, by numbers: in the order of their labels from the last to the first, so that
/// all names below one stand together. Names that no rule asks about have the numbers between.
struct HostNames: Sendable {
  /// What a name is sorted by: `org\0example\0` for `example.org`.
  private typealias Key = NameOrder.Key

  /// The names, and the ends of what is below those that rules mean with `*.`.
  private let order: NameOrder

  init(_ ruleSet: RuleSet) {
    var keys: Set<Key> = []
    for rule in ruleSet.rules {
      guard let pattern = rule.hostNames else { continue }
      let key = Self.key(of: pattern)
      keys.insert(key)
      if pattern.matchesBelow { keys.insert(key + [NameOrder.end]) }
    }
    order = NameOrder(keys)
  }

  /// The names that `pattern`, one of the document's, matches. Each key has an odd number; those between have even ones.
  func values(of pattern: NamePattern?) -> ValueSet {
    guard let pattern else { return ValueSet([]) }
    let key = Self.key(of: pattern)
    let name = order.number(of: key)
    return pattern.matchesBelow ? ValueSet(name + 1...order.number(of: key + [NameOrder.end])) : ValueSet(name)
  }

  private static func key(of pattern: NamePattern) -> Key {
    pattern.name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).reversed().flatMap { $0 + [0] }
  }
}

extension Rule {
  /// What a rule about host names asks for.
  fileprivate var hostNames: NamePattern? {
    guard property == DNSNameProperty.self || property == TLSServerNameProperty.self else { return nil }
    return (try? Substring(value).without(.atEnd)).flatMap { try? HostNameText.pattern($0) }
  }
}
