/// The host names that a document asks about, by numbers: in the order of their labels from the last to the first, so that
/// all names below one stand together. Names that no rule asks about have the numbers between.
struct HostNames: Sendable {
  /// What a name is sorted by: `org\0example\0` for `example.org`.
  private typealias Key = [UInt8]

  /// Ascending, without repetition: the names, and the ends of what is below those that rules mean with `*.`.
  private let keys: [Key]

  /// More than any byte of a name.
  private static let end: UInt8 = 0xFF

  init(_ ruleSet: RuleSet) {
    var keys: Set<Key> = []
    for rule in ruleSet.rules {
      guard let pattern = rule.hostNames else { continue }
      let key = Self.key(of: pattern)
      keys.insert(key)
      if pattern.matchesBelow { keys.insert(key + [Self.end]) }
    }
    self.keys = keys.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The names that `pattern`, one of the document's, matches. Each key has an odd number; those between have even ones.
  func values(of pattern: NamePattern?) -> ValueSet {
    guard let pattern else { return ValueSet([]) }
    let key = Self.key(of: pattern)
    let name = number(of: key)
    return pattern.matchesBelow ? ValueSet(name + 1...number(of: key + [Self.end])) : ValueSet(name)
  }

  private static func key(of pattern: NamePattern) -> Key {
    pattern.name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).reversed().flatMap { $0 + [0] }
  }

  /// By binary search.
  private func number(of key: Key) -> UInt128 {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
    }
    return UInt128(2 * low + 1)
  }
}

extension Rule {
  /// What a rule about host names asks for.
  fileprivate var hostNames: NamePattern? {
    guard property == DNSNameProperty.self || property == TLSServerNameProperty.self else { return nil }
    return (try? Substring(value).without(.atEnd)).flatMap { try? HostNameText.pattern($0) }
  }
}
