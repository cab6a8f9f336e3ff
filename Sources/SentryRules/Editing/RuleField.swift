/// What a rule says of itself, entry by entry, as people edit it.
public enum RuleField: String, Sendable, CaseIterable {
  case enabled, name, property, relation, value, action, parameter

  var key: RuleKey {
    switch self {
    case .enabled: .enabled
    case .name: .nodeName
    case .property: .propertyName
    case .relation: .relationName
    case .value: .propertyValue
    case .action: .filterActionName
    case .parameter: .parameter
    }
  }

  /// Where classic documents say the same by a number.
  var numberKey: RuleKey? {
    switch self {
    case .property: .property
    case .relation: .relation
    case .action: .filterAction
    case .enabled, .name, .value, .parameter: nil
    }
  }

  /// What a rule means that does not say: such an entry is not written.
  private var standard: String? {
    switch self {
    case .relation: Relation.equal.name
    case .action: NextLevelAction.name
    case .name, .value, .parameter: ""
    case .enabled, .property: nil
    }
  }

  /// The text to write; `nil` for an entry that goes.
  func written(_ text: String) -> String? { text.isEmpty || text == standard ? nil : text }
}

/// An entry of a rule that is written, or goes.
struct FieldChange: Sendable {
  var field: RuleField
  /// `nil` for one that goes.
  var text: String?
}
