/// A rule of the document to be, with those below it.
struct RuleNode: Sendable {
  enum Action: String, Sendable {
    case next = "->"
    case group = "Group"
    case exitGroup = "Exit group"
    case pass = "Pass"
    case delete = "Delete"
    case deleteUnlogged = "Delete no log"
    case reject = "Reject"
    case log = "Log"
    case dontLog = "Dont log"
    case routeTo = "Route to"

    /// No rule behind it is asked, at least none of this group.
    var ends: Bool {
      switch self {
      case .exitGroup, .pass, .delete, .deleteUnlogged, .reject, .routeTo: true
      case .next, .group, .log, .dontLog: false
      }
    }
  }

  var name = ""
  var isEnabled = true
  /// `nil`: any packet.
  var test: PacketTest?
  var action = Action.next
  var parameter = ""
  var children: [RuleNode] = []
  /// It says what those below it have in common, and nothing else.
  var isSummary = false

  init(_ name: String = "", _ action: Action, _ children: [RuleNode] = []) {
    self.name = name
    self.action = action
    self.children = children
  }

  /// Rules for packets that pass a test. A rule that tests nothing yet takes it in.
  static func asking(_ test: PacketTest, _ below: [RuleNode]) -> RuleNode {
    if below.count == 1, var only = below.first, only.test == nil {
      only.test = test
      return only
    }
    var node = RuleNode("", .next, below)
    node.test = test
    return node
  }

  /// Leaves a group that it stands in.
  var leavesGroup: Bool { action == .exitGroup || action != .group && children.contains(where: \.leavesGroup) }

  /// Rules for packets that fit one of several lists of tests; what lists begin with alike is asked once.
  static func asking(anyOf lists: [ArraySlice<PacketTest>], _ below: [RuleNode]) -> [RuleNode] {
    if lists.contains(where: \.isEmpty) { return below }
    return PacketTest.grouped(lists).map { .asking($0.first, asking(anyOf: $0.rests, below)) }
  }

  /// Leave a group where a packet does not fit a clause. If that has lists that must fit, they are single tests.
  static func leaving(unless clause: Clause) -> [RuleNode] {
    let exit = RuleNode("", .exitGroup)
    if clause.isNone { return asking(anyOf: clause.inOrder.map { $0[...] }, [exit]) }
    let tests = clause.negated.flatMap(\.alternatives).flatMap(\.self)
    return [tests.reversed().reduce(exit) { below, test in .asking(test, [below]) }]
  }

  /// Each with all below it.
  static func forEach(in nodes: [RuleNode], _ body: (RuleNode) -> Void) {
    for node in nodes {
      body(node)
      forEach(in: node.children, body)
    }
  }

  /// With all below it.
  var size: Int { children.reduce(1) { $0 + $1.size } }

  /// Levels, its own included.
  var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }
}
