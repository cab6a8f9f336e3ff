/// The words of the rule language: what a form needs to offer them.
public struct VocabularyReply: Codable, Sendable, Equatable {
  /// In the order lists show them.
  public var properties: [PropertyReport]
  public var actions: [ActionReport]
  /// All there are: `==`, `!=`, `a=A`, `>=`, `<=`.
  public var relations: [String]

  public init(properties: [PropertyReport], actions: [ActionReport], relations: [String]) {
    self.properties = properties
    self.actions = actions
    self.relations = relations
  }
}

/// A property that rules can test.
public struct PropertyReport: Codable, Sendable, Equatable {
  /// As documents write it: `Dest port`.
  public var name: String
  /// Of the newest classic documents; left out where it has none.
  public var number: Int?
  /// Those that mean something; any other is read as `==`. Empty for a property without values.
  public var relations: [String]
  /// Values that can be offered as they are; not all there are.
  public var values: [String]
  /// What a value looks like, in words; empty for a property without values.
  public var syntax: String
  /// One line.
  public var summary: String
  /// What a person must know besides; may be empty.
  public var details: String
  /// A value; empty for a property without values.
  public var example: String
  /// Other spellings that are read, in any case.
  public var aliases: [String]

  public init(
    name: String, number: Int?, relations: [String], values: [String], syntax: String, summary: String,
    details: String, example: String, aliases: [String]
  ) {
    self.name = name
    self.number = number
    self.relations = relations
    self.values = values
    self.syntax = syntax
    self.summary = summary
    self.details = details
    self.example = example
    self.aliases = aliases
  }
}

/// An action that rules can have.
public struct ActionReport: Codable, Sendable, Equatable {
  /// As documents write it: `Drop connection`.
  public var name: String
  /// Of the newest classic documents; left out where it has none.
  public var number: Int?
  /// A rule without a parameter would be an error.
  public var needsParameter: Bool
  /// What the action makes of its parameter; empty if it only goes into log entries, as every rule's does.
  public var parameterHint: String
  /// One line.
  public var summary: String
  /// What a person must know besides; may be empty.
  public var details: String
  /// A parameter as a rule may have it; empty where any text will do.
  public var parameterExample: String
  /// Decides what becomes of the packet; no rule but those below is asked then.
  public var endsWalk: Bool
  /// Other spellings that are read, in any case.
  public var aliases: [String]

  public init(
    name: String, number: Int?, needsParameter: Bool, parameterHint: String, summary: String, details: String,
    parameterExample: String, endsWalk: Bool, aliases: [String]
  ) {
    self.name = name
    self.number = number
    self.needsParameter = needsParameter
    self.parameterHint = parameterHint
    self.summary = summary
    self.details = details
    self.parameterExample = parameterExample
    self.endsWalk = endsWalk
    self.aliases = aliases
  }
}
