/// How two documents differ, rule by rule, as `diff --format json` and the control socket report it.
///
/// The field names are a contract: tools outside this package read them.
public struct DifferenceReport: Codable, Sendable, Equatable {
  /// In the order of the new document, removed ones where they stood.
  public var rules: [RuleChangeReport]
  public var settings: [FieldChangeReport]
  /// One for each switch; an interface that came or went has one field `interface`.
  public var interfaces: [FieldChangeReport]
  /// Other keys of the root.
  public var other: [FieldChangeReport]

  public init(
    rules: [RuleChangeReport] = [], settings: [FieldChangeReport] = [], interfaces: [FieldChangeReport] = [],
    other: [FieldChangeReport] = []
  ) {
    self.rules = rules
    self.settings = settings
    self.interfaces = interfaces
    self.other = other
  }

  public var isEmpty: Bool { rules.isEmpty && settings.isEmpty && interfaces.isEmpty && other.isEmpty }

  public var counts: DifferenceCounts {
    func count(_ kind: RuleChangeReport.Kind) -> Int { rules.count { $0.kind == kind } }
    return DifferenceCounts(
      added: count(.added), removed: count(.removed), changed: count(.changed), moved: count(.moved),
      other: settings.count + interfaces.count + other.count)
  }
}

public struct RuleChangeReport: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable { case added, removed, changed, moved }

  public var kind: Kind
  /// The number before; `nil` for an added rule.
  public var old: String?
  /// The number after; `nil` for a removed rule.
  public var new: String?
  public var name: String
  /// What the rule does, for people: `Dest port == 23 Delete`.
  public var summary: String
  /// What changed; of a moved rule, too.
  public var fields: [FieldChangeReport]

  public init(
    kind: Kind, old: String?, new: String?, name: String, summary: String, fields: [FieldChangeReport] = []
  ) {
    self.kind = kind
    self.old = old
    self.new = new
    self.name = name
    self.summary = summary
    self.fields = fields
  }
}

public struct FieldChangeReport: Codable, Sendable, Equatable {
  public var field: String
  public var old: String
  public var new: String

  public init(field: String, old: String, new: String) {
    self.field = field
    self.old = old
    self.new = new
  }
}

/// A difference in numbers.
public struct DifferenceCounts: Codable, Sendable, Equatable {
  /// Rules.
  public var added: Int
  public var removed: Int
  public var changed: Int
  public var moved: Int
  /// Settings, interfaces and other keys of the root.
  public var other: Int

  public init(added: Int = 0, removed: Int = 0, changed: Int = 0, moved: Int = 0, other: Int = 0) {
    self.added = added
    self.removed = removed
    self.changed = changed
    self.moved = moved
    self.other = other
  }

  public var isEmpty: Bool { self == DifferenceCounts() }
}
