internal import SentryPacket

/// Writes down the way of one packet.
struct PathDraft: WalkWitness {
  /// Orders, and credits, of one path: longer ones are not kept.
  static var most: Int { 48 }

  /// Rules whose counts others ask for on the way.
  private let watched: Set<Int32>
  /// `exit` is the number of credits until then, here.
  private(set) var orders = InlineArray<48, PathMemory.Order>(
    repeating: PathMemory.Order(kind: .end, operand: -1))
  private(set) var orderCount = 0
  private(set) var credits = InlineArray<48, PathMemory.Credit>(repeating: .rule(-1))
  private(set) var creditCount = 0
  /// Or not to be had.
  private(set) var isTooLong = false

  init(watched: Set<Int32>) { self.watched = watched }

  mutating func saw(_ step: Step, at position: Int32, matches: Bool, isImplied: Bool) {
    if !isImplied {
      append(
        PathMemory.Order(kind: matches ? .expectMatch : .expectMismatch, operand: position, exit: Int32(creditCount)))
    }
    guard matches else { return }
    if watched.contains(step.rule) {
      append(PathMemory.Order(kind: .count, operand: step.rule))
    } else {
      append(.rule(step.rule))
    }
    if step.traits.contains(.acts) { append(PathMemory.Order(kind: .perform, operand: position)) }
  }

  /// What else than numbers a family is asked for depends on the packet.
  mutating func passes(_ family: SiblingIndex.Family) {
    if !family.isNumeric { isTooLong = true }
  }

  var takesEveryStep: Bool { false }

  mutating func passes(_ stretch: Cohorts.Stretch) {
    if !stretch.isNumeric { isTooLong = true }
  }

  mutating func matched(_ passage: Cohorts.Passage) {
    append(.members(passage.members.upperBound - 1))
    if !passage.isFromStart { append(.lessMembers(passage.members.lowerBound - 1)) }
  }

  /// - Parameter leaf: the step that ended the walk.
  mutating func end(at leaf: Int32?) {
    append(PathMemory.Order(kind: .end, operand: leaf ?? -1, exit: Int32(creditCount)))
  }

  private mutating func append(_ credit: PathMemory.Credit) {
    guard creditCount < Self.most else {
      isTooLong = true
      return
    }
    credits[creditCount] = credit
    creditCount += 1
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
