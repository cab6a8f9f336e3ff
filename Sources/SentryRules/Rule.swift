/// One rule of a checked document.
public struct Rule: Sendable {
  let position: RulePosition
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
  /// Where it stands; not in binary documents.
  public let source: RuleSource?
  private var storedParent: Int32
  private var storedDepth: Int32
  private var storedSubtreeEnd: Int32

  init(
    position: RulePosition, name: String, isEnabled: Bool, condition: Condition, value: String, action: any Action.Type,
    parameter: String, argument: ActionArgument, parent: Int, depth: Int, subtreeEnd: Int, source: RuleSource?
  ) {
    self.position = position
    self.name = name
    self.isEnabled = isEnabled
    self.condition = condition
    self.value = value
    self.action = action
    self.parameter = parameter
    self.argument = argument
    self.source = source
    storedParent = Int32(clamping: parent)
    storedDepth = Int32(clamping: depth)
    storedSubtreeEnd = Int32(clamping: subtreeEnd)
  }
}

extension Rule {
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
    set { storedDepth = Int32(clamping: newValue) }
  }

  /// The index after the last rule below this one: its subtree is `index..<subtreeEnd`.
  public internal(set) var subtreeEnd: Int {
    get { Int(storedSubtreeEnd) }
    set { storedSubtreeEnd = Int32(clamping: newValue) }
  }

  public var property: any Property.Type { condition.property }
  public var relation: Relation { condition.relation }
}

extension Rule: Equatable {
  /// The same rule at the same position; where it stands in the text does not matter.
  public static func == (a: Rule, b: Rule) -> Bool {
    a.position == b.position && a.name == b.name && a.isEnabled == b.isEnabled && a.property.name == b.property.name
      && a.relation == b.relation && a.value == b.value && a.action.name == b.action.name && a.parameter == b.parameter
  }
}

/// Where a rule stands in its text or XML, in bytes. Texts are shorter than 4 GiB.
public struct RuleSource: Sendable, Equatable {
  private let start: UInt32
  private let end: UInt32
  private let braceEnd: UInt32
  private let comment: (start: UInt32, end: UInt32)

  init(range: Range<Int>, afterBrace: Int, openingComment: Range<Int>?) {
    start = UInt32(clamping: range.lowerBound)
    end = UInt32(clamping: range.upperBound)
    braceEnd = UInt32(clamping: afterBrace)
    comment = (UInt32(clamping: openingComment?.lowerBound ?? 0), UInt32(clamping: openingComment?.upperBound ?? 0))
  }

  /// The dictionary, braces or tags included.
  public var range: Range<Int> { Int(start)..<Int(max(start, end)) }

  /// Right after the opening brace, or tag.
  public var afterBrace: Int { Int(braceEnd) }

  /// The opening brace, or tag.
  public var opening: Range<Int> { Int(start)..<Int(max(start, braceEnd)) }

  /// The comment that follows the opening brace on its line, with its marks.
  public var openingComment: Range<Int>? { comment.end == 0 ? nil : Int(comment.start)..<Int(comment.end) }

  public static func == (a: RuleSource, b: RuleSource) -> Bool {
    a.range == b.range && a.afterBrace == b.afterBrace && a.openingComment == b.openingComment
  }
}
