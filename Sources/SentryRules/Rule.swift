/// One rule of a checked document.
public struct Rule: Sendable {
  /// `2.3.1`: the position among its siblings and its ancestors', whatever the document says.
  public let number: String
  /// Empty if it has none.
  public let name: String
  /// The rule's own switch; it is in use only if its ancestors are, too.
  public let isEnabled: Bool
  public let condition: Condition
  /// As written; empty if there is none.
  public let value: String
  public let action: any Action.Type
  /// As written; empty if there is none.
  public let parameter: String
  /// What the action takes from the parameter.
  public let argument: ActionArgument
  /// The parent's index in document order; -1 at the top level.
  public internal(set) var parent: Int
  /// 0 at the top level.
  public internal(set) var depth: Int
  /// The index after the last rule below this one: its subtree is `index..<subtreeEnd`.
  public internal(set) var subtreeEnd: Int
  /// Where it stands; text documents only.
  public let source: RuleSource?

  public var property: any Property.Type { condition.property }
  public var relation: Relation { condition.relation }
}

extension Rule: Equatable {
  /// The same rule at the same position; where it stands in the text does not matter.
  public static func == (a: Rule, b: Rule) -> Bool {
    a.number == b.number && a.name == b.name && a.isEnabled == b.isEnabled && a.property.name == b.property.name
      && a.relation == b.relation && a.value == b.value && a.action.name == b.action.name && a.parameter == b.parameter
  }
}

/// Where a rule stands in its text, in bytes.
public struct RuleSource: Sendable, Equatable {
  /// The dictionary, braces included.
  public let range: Range<Int>
  /// Right after the opening brace.
  public let afterBrace: Int
  /// The comment that follows the opening brace on its line, with its marks.
  public let openingComment: Range<Int>?
}
