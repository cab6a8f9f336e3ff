internal import SentryPropertyList

/// One rule of a checked document.
///
/// 40 bytes: what a rule says lies outside the tree, and neighbours that say the same share it.
public struct Rule: Sendable {
  private let content: RuleContent
  let position: RulePosition
  private var storedParent: Int32
  private var storedSubtreeEnd: Int32
  /// Where it stands; not in binary documents.
  public let source: RuleSource?
  private let switches: RuleSwitches
  private var storedDepth: UInt16

  /// A rule without any below it.
  init(
    _ content: RuleContent, isEnabled: Bool, isObserved: Bool = false, position: RulePosition, index: Int, parent: Int,
    depth: Int,
    source: RuleSource?
  ) {
    self.content = content
    switches = RuleSwitches(isEnabled: isEnabled, isObserved: isObserved)
    self.position = position
    self.source = source
    storedParent = Int32(clamping: parent)
    storedSubtreeEnd = Int32(clamping: index + 1)
    storedDepth = UInt16(clamping: depth)
  }
}

/// What a rule is switched to, in one byte.
private struct RuleSwitches: OptionSet {
  let rawValue: UInt8

  static let enabled = RuleSwitches(rawValue: 1 << 0)
  static let observed = RuleSwitches(rawValue: 1 << 1)
}

extension RuleSwitches {
  init(isEnabled: Bool, isObserved: Bool) {
    self = isEnabled ? .enabled : []
    if isObserved { insert(.observed) }
  }
}

/// What a rule says, its switches apart.
final class RuleContent: Sendable {
  let name: String
  let condition: Condition
  let value: String
  let action: any Action.Type
  let parameter: String
  let argument: ActionArgument

  init(
    name: String, condition: Condition, value: String, action: any Action.Type, parameter: String,
    argument: ActionArgument
  ) {
    self.name = name
    self.condition = condition
    self.value = value
    self.action = action
    self.parameter = parameter
    self.argument = argument
  }
}

extension RuleContent: Equatable {
  static func == (a: RuleContent, b: RuleContent) -> Bool {
    a === b || a.name == b.name && a.doesTheSame(as: b)
  }

  /// The two differ in their name at most. Condition and argument follow from the rest.
  func doesTheSame(as other: RuleContent) -> Bool {
    condition.property == other.condition.property && condition.relation == other.condition.relation
      && value == other.value && action == other.action && parameter == other.parameter
  }
}

extension Rule {
  /// The rule's own switch; it is in use only if its ancestors are, too.
  public var isEnabled: Bool { switches.contains(.enabled) }
  /// The rule itself says that it is only to be observed, with all below it (`RuleSet.observation`).
  public var isObserved: Bool { switches.contains(.observed) }
  /// Empty if it has none.
  public var name: String { content.name }
  public var condition: Condition { content.condition }
  /// As written; empty if there is none.
  public var value: String { content.value }
  public var action: any Action.Type { content.action }
  /// As written; empty if there is none.
  public var parameter: String { content.parameter }
  /// What the action takes from the parameter.
  public var argument: ActionArgument { content.argument }
  public var property: any Property.Type { condition.property }
  public var relation: Relation { condition.relation }

  /// Whether the two differ in their switch at most, and in their places.
  func saysTheSame(as other: Rule) -> Bool { content == other.content }

  /// Whether the two differ in their names and switches at most, and in their places.
  func doesTheSame(as other: Rule) -> Bool { content.doesTheSame(as: other.content) }

  /// `2.3.1`: the position among its siblings and its ancestors', whatever the document says. Put together at each use.
  public var number: String { position.text }

  /// The parent's index in document order; -1 at the top level.
  public internal(set) var parent: Int {
    get { Int(storedParent) }
    set { storedParent = Int32(clamping: newValue) }
  }

  /// 0 at the top level.
  public internal(set) var depth: Int {
    get { Int(storedDepth) }
    set { storedDepth = UInt16(clamping: newValue) }
  }

  /// The index after the last rule below this one: its subtree is `index..<subtreeEnd`.
  public internal(set) var subtreeEnd: Int {
    get { Int(storedSubtreeEnd) }
    set { storedSubtreeEnd = Int32(clamping: newValue) }
  }
}

extension Rule: Equatable {
  /// The same rule at the same position; where it stands in the text does not matter.
  public static func == (a: Rule, b: Rule) -> Bool {
    a.position == b.position && a.isEnabled == b.isEnabled && a.isObserved == b.isObserved
      && a.saysTheSame(as: b)
  }
}

/// Where a rule begins in its text or XML, in bytes. Texts are shorter than 4 GiB.
public struct RuleSource: Sendable, Equatable {
  private let start: UInt32
  private let end: UInt32

  init(opening: Range<Int>) {
    start = UInt32(clamping: opening.lowerBound)
    end = UInt32(clamping: opening.upperBound)
  }

  /// The opening brace, or tag; empty for a rule without braces.
  public var opening: Range<Int> { Int(start)..<Int(max(start, end)) }

  /// The comment that follows the opening brace on its line, with its marks. `bytes` are the document's.
  public func openingComment(in bytes: [UInt8]) -> Range<Int>? {
    SyntaxNode.comment(after: opening.upperBound, in: bytes)
  }
}
