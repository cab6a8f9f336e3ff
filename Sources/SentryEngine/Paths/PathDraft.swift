internal import SentryPacket

/// Writes down the way of one packet.
struct PathDraft: WalkWitness {
  /// Orders, and rules, of one path: longer ones are not kept.
  static var most: Int { 48 }

  /// Rules whose counts others ask for on the way.
  private let watched: Set<Int32>
  /// `exit` is the number of rules matched until then, here.
  private(set) var orders = InlineArray<48, PathMemory.Order>(
    repeating: PathMemory.Order(kind: .end, operand: -1))
  private(set) var orderCount = 0
  private(set) var rules = InlineArray<48, Int32>(repeating: 0)
  private(set) var ruleCount = 0
  /// Or not to be had.
  private(set) var isTooLong = false

  init(watched: Set<Int32>) { self.watched = watched }

  mutating func saw(_ step: Step, at position: Int32, matches: Bool, isImplied: Bool) {
    if !isImplied {
      append(
        PathMemory.Order(kind: matches ? .expectMatch : .expectMismatch, operand: position, exit: Int32(ruleCount)))
    }
    guard matches else { return }
    if watched.contains(step.rule) {
      append(PathMemory.Order(kind: .count, operand: step.rule))
    } else if ruleCount < Self.most {
      rules[ruleCount] = step.rule
      ruleCount += 1
    } else {
      isTooLong = true
    }
    if step.traits.contains(.acts) { append(PathMemory.Order(kind: .perform, operand: position)) }
  }

  /// What else than numbers a family is asked for depends on the packet.
  mutating func passes(_ family: SiblingIndex.Family) {
    if !family.isNumeric { isTooLong = true }
  }

  /// - Parameter leaf: the step that ended the walk.
  mutating func end(at leaf: Int32?) {
    append(PathMemory.Order(kind: .end, operand: leaf ?? -1, exit: Int32(ruleCount)))
  }

  private mutating func append(_ order: PathMemory.Order) {
    guard orderCount < Self.most else {
      isTooLong = true
      return
    }
    orders[orderCount] = order
    orderCount += 1
  }
}
