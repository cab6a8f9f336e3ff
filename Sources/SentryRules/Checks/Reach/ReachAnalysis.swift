// Which rules can be reached, and by which packets.
//
// The analysis goes through the rules once, in document order, as the walk of a packet does (docs/Classic.md,
// "Evaluation"), but with all packets at the same time. A list of siblings begins with the packets that its parent hands
// down; each rule in it is asked whether some of these may match; and if it surely ends the walk for those that do, the
// rules after it see only the others. Three things are told apart:
//
// - What a test needs (`Meaning.necessary`) narrows the packets that reach the rule's children.
// - What surely satisfies a test (`Meaning.sufficient`) narrows the packets that pass a rule by which the walk ends.
// - What can only be known when the packet is there (tables, counts, content) narrows nothing.
//
// So the sets have too many packets rather than too few, and a rule for which none is left never matches. The walk has
// two shortcuts, which make the rules they jump over no reliable end: `++` skips the entry right after it, and `Exit
// group` leaves all lists up to its group. The clock asks idle rules whatever their ancestors say, without a packet.
//
// One pass over the rules, no recursion; what a list remembers is bounded, and beyond the bounds it forgets ends, which
// makes the sets larger.

/// Tells, rule by rule, what can reach it.
struct ReachAnalysis {
  /// What the analysis found about one rule in use.
  enum Reach {
    /// Packets come that may match it. `isCertain`: what its test and those above ask for was told exactly.
    case packets(isCertain: Bool)
    /// The clock asks it.
    case clock
    /// Nothing comes here: the rules before it in its list end everything.
    case afterEnd(of: Int)
    /// The parent's action goes elsewhere, or does not ask the rules below it.
    case jumpedOver
    /// Packets come here, but none can match.
    case never
    /// There is no packet when the clock asks.
    case lacksPacket
    /// Something above it is not reached.
    case belowUnreached
  }

  private let ruleSet: RuleSet
  private let usage: [Bool]
  private let groups: [Bool]
  private let observation: [Observation]
  private let reader: TestReader
  private var lists: [List] = []

  /// Ends told by several constraints that a list remembers, and those it tells its parent's list.
  fileprivate static let endLimit = 16
  fileprivate static let toldLimit = 8

  /// One list of siblings, and what is known where the walk stands in it.
  fileprivate struct List {
    /// The index after its last rule, in document order.
    var end: Int
    /// The rule above, and what its test means; `nil` at the top level.
    var parent: (rule: Int, meaning: Meaning)?
    var packets: PacketSet
    /// Where packets are walked, not the clock.
    var hasPacket = true
    var isCertain = true
    /// Packets that satisfy all constraints of one of these do not come here any more.
    var ends: [[Constraint]] = []
    /// The same, as far as the parent's list may know of it.
    var told: [[Constraint]] = []
    /// The rule after which nothing was left.
    var lastEnd: Int?
    /// Final actions among the rules above; only the first has its children asked.
    var finalsAbove = 0
    /// Packets may leave the list by `Exit group` and go on behind the group.
    var isLeft = false
    var isReached = true
  }

  init(_ ruleSet: RuleSet, usage: [Bool], reader: TestReader) {
    self.ruleSet = ruleSet
    self.usage = usage
    self.reader = reader
    groups = Self.isInGroup(ruleSet.rules)
    observation = ruleSet.observation
  }

  /// Calls `visit` for each rule in use, in document order, with what reaches it and, on demand, the packets that may
  /// match it.
  ///
  /// - Parameter packets: what the rules are tried with.
  /// - Returns: the top-level rule after which nothing was left; `nil` if something may reach the end of the rules.
  mutating func run(with packets: PacketSet = PacketSet(), visit: (Int, Reach, () -> PacketSet) -> Void) -> Int? {
    lists = [List(end: ruleSet.rules.count, packets: packets)]
    var index = 0
    while index < ruleSet.rules.count {
      closeLists(endingAt: index)
      guard usage[index] else {
        index = ruleSet.rules[index].subtreeEnd
        continue
      }
      visitRule(index, visit)
      index += 1
    }
    closeLists(endingAt: index, downTo: 1)
    return lists.first?.lastEnd
  }

  private mutating func visitRule(_ index: Int, _ visit: (Int, Reach, () -> PacketSet) -> Void) {
    let meaning = reader.meaning(of: ruleSet.rules[index])
    let reach = reach(of: index, meaning)
    visit(index, reach) { matching(meaning) }
    if ruleSet.rules[index].subtreeEnd > index + 1 {
      lists.append(childList(of: index, meaning, reach))
    } else {
      leave(index, meaning, children: nil)
    }
  }

  // MARK: Coming to a rule

  private func reach(of index: Int, _ meaning: Meaning) -> Reach {
    if meaning.isIdle { return .clock }
    guard let last = lists.indices.last, lists[last].isReached else { return .belowUnreached }
    if isJumpedOver(index) { return .jumpedOver }
    if let end = lists[last].lastEnd { return .afterEnd(of: end) }
    if meaning.constant == false { return .never }
    if !lists[last].hasPacket, meaning.needsPacket { return .lacksPacket }
    guard lists[last].mayMatch(meaning) else { return .never }
    return lists[last].hasPacket ? .packets(isCertain: lists[last].isCertain && meaning.sufficient != nil) : .clock
  }

  /// Those of the packets in the list at hand that may match a rule with this test.
  private func matching(_ meaning: Meaning) -> PacketSet {
    var packets = lists.last?.packets ?? PacketSet()
    for constraint in meaning.necessary { packets.narrow(to: constraint) }
    return packets
  }

  /// A parent that skips its first child, that leaves its group instead of going on with its children, or that ends the
  /// walk for good: Delay and Route to, and every final action under another, or when the clock asks.
  private func isJumpedOver(_ index: Int) -> Bool {
    let parent = ruleSet.rules[index].parent
    guard parent >= 0, let last = lists.indices.last else { return false }
    let operation = ruleSet.rules[parent].action.operation
    return switch operation {
    case .skip: parent == index - 1
    case .exitGroup: groups[parent]
    case .delay, .routeTo: true
    default: operation.isTerminating && (lists[last].finalsAbove > 1 || !lists[last].hasPacket)
    }
  }

  private func childList(of index: Int, _ meaning: Meaning, _ reach: Reach) -> List {
    let end = ruleSet.rules[index].subtreeEnd
    switch reach {
    case .clock:
      return List(end: end, parent: (index, meaning), packets: PacketSet(), hasPacket: false)
    case .packets(let isCertain):
      return handDown(to: end, by: index, meaning, isCertain: isCertain)
    case .afterEnd, .jumpedOver, .never, .lacksPacket, .belowUnreached:
      return List(end: end, parent: (index, meaning), packets: PacketSet(), isReached: false)
    }
  }

  /// The list of the children, without the packets that ended before.
  private func handDown(to end: Int, by index: Int, _ meaning: Meaning, isCertain: Bool) -> List {
    var list = List(
      end: end, parent: (index, meaning), packets: matching(meaning).handedDown, isCertain: isCertain)
    if let above = lists.last {
      list.finalsAbove = above.finalsAbove + (ruleSet.rules[index].action.operation.isTerminating ? 1 : 0)
      for end in above.ends { list.end(for: end, by: index, isTold: false) }
    }
    // Several ends together can leave nothing although no single one does.
    list.isReached = list.lastEnd == nil
    return list
  }

  // MARK: Leaving a rule behind

  private mutating func closeLists(endingAt index: Int, downTo count: Int = 1) {
    while lists.count > count, let list = lists.last, list.end <= index {
      lists.removeLast()
      if let parent = list.parent { leave(parent.rule, parent.meaning, children: list) }
    }
  }

  /// Takes note of what does not come past the rule at `index`.
  private mutating func leave(_ index: Int, _ meaning: Meaning, children: List?) {
    // Past what is only observed come all.
    guard let last = lists.indices.last, lists[last].isReached, observation[index] != .root else { return }
    let rule = ruleSet.rules[index]
    let isExit = rule.action.operation == .exitGroup && groups[index]
    // Whatever leaves the group goes on right behind it.
    if isExit || (children?.isLeft == true && rule.action.operation != .group) { lists[last].isLeft = true }
    guard !meaning.isIdle, !isSkippable(index), let sufficient = meaning.sufficient else { return }
    let childrenEndAll = children.map { $0.isReached && $0.lastEnd != nil && !$0.isLeft } ?? false
    if rule.action.operation.isTerminating || childrenEndAll {
      lists[last].end(for: sufficient, by: index, isTold: true)
    } else if isExit {
      lists[last].end(for: sufficient, by: index, isTold: false)
    } else if let children, children.isReached, !children.isLeft {
      for end in children.told { lists[last].end(for: sufficient + end, by: index, isTold: true) }
    }
  }

  /// The entry before it may jump over it.
  private func isSkippable(_ index: Int) -> Bool {
    index > 0 && usage[index - 1] && ruleSet.rules[index - 1].action.operation == .skip
  }

  private static func isInGroup(_ rules: [Rule]) -> [Bool] {
    var result: [Bool] = []
    result.reserveCapacity(rules.count)
    for rule in rules {
      result.append(rule.parent >= 0 && (rules[rule.parent].action.operation == .group || result[rule.parent]))
    }
    return result
  }
}

extension ReachAnalysis.List {
  /// Packets come here that may satisfy `meaning`, and none of the ends takes all of them.
  fileprivate func mayMatch(_ meaning: Meaning) -> Bool {
    meaning.core.allSatisfy { packets.mayMeet($0) } && meaning.implied.allSatisfy { packets.mayMeet($0) }
      && !ends.contains { end in end.allSatisfy { isMet($0, below: meaning) } }
  }

  private func isMet(_ constraint: Constraint, below meaning: Meaning) -> Bool {
    meaning.core.contains { $0.implies(constraint) } || meaning.implied.contains { $0.implies(constraint) }
      || packets.surelyMeets(constraint)
  }

  /// Packets that satisfy all `constraints` do not come past the rule at `index`.
  fileprivate mutating func end(for constraints: [Constraint], by index: Int, isTold: Bool) {
    guard lastEnd == nil, constraints.allSatisfy({ packets.mayMeet($0) }) else { return }
    let open = constraints.filter { !packets.surelyMeets($0) }
    if isTold, told.count < ReachAnalysis.toldLimit { told.append(open) }
    switch open.count {
    case 0: lastEnd = index
    case 1: packets.exclude(open[0])
    default: if ends.count < ReachAnalysis.endLimit { ends.append(open) }
    }
    if packets.isEmpty { lastEnd = index }
  }
}
