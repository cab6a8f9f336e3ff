internal import SentryDiagnostics
internal import SentryPropertyList

/// The entries of a rule's dictionary that mean something. Read from the dictionary whenever they are wanted: to keep them for
/// every rule of a large document would cost several times its size.
struct RuleFields {
  private var keys: [RuleKey] = []
  private var values: [PropertyListNode] = []
  /// There are entries whose keys no rule has.
  private(set) var hasUnknown = false

  init(of rule: PropertyListNode) {
    keys.reserveCapacity(8)
    values.reserveCapacity(8)
    for entry in rule.entries {
      guard let key = RuleKey(entry) else {
        hasUnknown = true
        continue
      }
      set(key, entry.value)
    }
  }

  /// The last of several entries with one key counts.
  private mutating func set(_ key: RuleKey, _ value: PropertyListNode) {
    if let index = keys.firstIndex(of: key) {
      values[index] = value
    } else {
      keys.append(key)
      values.append(value)
    }
  }

  subscript(key: RuleKey) -> PropertyListNode? { keys.firstIndex(of: key).map { values[$0] } }

  /// Numbers beside names or in their place, as the classic program wrote them.
  var hasNumbers: Bool { keys.contains(.property) || keys.contains(.filterAction) }

  var property: NamedField { NamedField(name: self[.propertyName], number: self[.property]) }
  var relation: NamedField { NamedField(name: self[.relationName], number: self[.relation]) }
  var action: NamedField { NamedField(name: self[.filterActionName], number: self[.filterAction]) }
}

extension RuleKey {
  /// The keys of each length in bytes, so that an entry is compared with one or two of them only.
  private static let byLength: [[RuleKey]] = {
    let longest = allCases.map(\.rawValue.utf8.count).max() ?? 0
    return (0...longest).map { length in allCases.filter { $0.rawValue.utf8.count == length } }
  }()

  /// `nil` if no rule has such a key.
  init?(_ entry: PropertyListEntry) {
    let length = entry.keyLength
    guard length < Self.byLength.count, let key = Self.byLength[length].first(where: { entry.hasKey($0.rawValue) })
    else { return nil }
    self = key
  }
}
