// Which verdicts of a document the kernel can give ahead of defragmentation.
//
// The rules are gone through in document order, each with the packets that its ancestors hand down, written as matches of
// nftables. A rule is lowered where that is certain:
//
// - `Delete` drops the packets that surely match. Where nftables can only put a test in part (IP options), those of which
//   it cannot tell are asked by the next rules.
// - `Pass` takes the packets that may match out of this chain: the queue judges them, and later rules here do not.
// - `->`, `Group` and `Dont log` narrow what their children are asked.
// - Everything else (another action, a test that only the daemon can answer) takes the packets that may come to it out of
//   the chain: no later rule may decide ahead of it. Where no packet is left, the chain ends.
//
// So the chain deletes a packet only if the rules would, and by the same rule. (But for one with two source routes of
// which the first is written in an unusual way: either of the two rules may count it.) Such a packet gets no log entry. The
// chain goes no further than the last rule that has to be asked here.

internal import SentryPacket
internal import SentryRules

/// Turns rules into the early chain.
struct EarlyLowering {
  private let ruleSet: RuleSet
  private let program: Program
  private let interfaces: [InterfaceEntry]
  private var rules: [String] = []
  private var decided: [EarlyChain.Decided] = []
  /// How much of `rules` and `decided` there is up to the last rule that has to be asked here.
  private var needed = (rules: 0, decided: 0)
  /// The lists of siblings that the walk is in, outermost first.
  private var lists: [List] = []
  /// Why rules are not lowered, by place in document order.
  private(set) var reasons: [Int: String] = [:]

  /// A list of siblings.
  private struct List {
    /// The instruction after it.
    var end: Int
    /// The packets that come to it.
    var packets: [EarlyMatch]
    /// They are fragments but the first, which never come to the queue.
    var hasFragmentsOnly: Bool
  }

  /// Every packet that arrives goes through the chain; beyond this it would cost more than it is worth.
  private static let ruleLimit = 256
  /// In bytes. The kernel takes 128 expressions a rule, and no match is shorter than four bytes for each.
  private static let matchLimit = 512

  private static let cannotAsk = "nftables cannot ask what it asks"

  init(_ ruleSet: RuleSet, interfaces: [InterfaceEntry]) {
    self.ruleSet = ruleSet
    self.interfaces = interfaces
    program = ruleSet.program()
  }

  var chain: EarlyChain {
    var chain = EarlyChain()
    chain.rules = Array(rules.prefix(needed.rules))
    chain.decided = Array(decided.prefix(needed.decided))
    return chain
  }

  mutating func run() {
    lists = [firstList]
    var position = 0
    while position < program.instructions.count {
      while let last = lists.last, last.end <= position { lists.removeLast() }
      guard let list = lists.last else { return }
      position = max(position + 1, lower(position, list))
    }
  }

  /// The checks before the rules come first: IPv6 may be blocked altogether, and malformed packets, which later fragments
  /// never are, may have to pass.
  private var firstList: List {
    let settings = ruleSet.settings
    let passesMalformed = settings.malformed == .pass
    let packets = settings.blockIPv6 ? [EarlyMatch.onlyIPv4] : [.everything]
    return List(
      end: program.instructions.count,
      packets: passesMalformed ? packets.and(EarlyTest.fragments(1...8191)) : packets,
      hasFragmentsOnly: passesMalformed)
  }

  /// - Returns: the instruction to go on with.
  private mutating func lower(_ position: Int, _ list: List) -> Int {
    let instruction = program.instructions[position]
    let test = EarlyTest(instruction, program, interfaces: interfaces)
    let possible = list.packets.and(test.possible)
    if possible.isEmpty { return Int(instruction.afterSubtree) }
    guard fits(possible) else {
      return stop(at: position, list.packets, "nftables would need too many rules, or too long ones")
    }
    switch instruction.operation {
    case .next, .group, .dontLog:
      return steer(position, list, test)
    case .delete where !hasEffects(below: position), .deleteWithoutLog where !hasEffects(below: position):
      guard !test.sure.isEmpty else { return stop(at: position, possible, Self.cannotAsk) }
      decide(instruction, list.packets.and(test.sure), verdict: "drop")
      return test.isExact ? afterLoss(of: possible, at: position) : Int(instruction.afterSubtree)
    case .pass where !hasEffects(below: position):
      if test.isExact && (list.hasFragmentsOnly || instruction.asksForLaterFragments) {
        decide(instruction, possible, verdict: "accept")
      } else {
        leave(possible, at: position)
      }
      return afterLoss(of: possible, at: position)
    default:
      return stop(at: position, possible, "nftables cannot do what it does")
    }
  }

  private mutating func steer(_ position: Int, _ list: List, _ test: EarlyTest) -> Int {
    let instruction = program.instructions[position]
    if test.isExact {
      let hasFragmentsOnly = list.hasFragmentsOnly || instruction.asksForLaterFragments
      lists.append(
        List(
          end: Int(instruction.afterSubtree), packets: list.packets.and(test.possible),
          hasFragmentsOnly: hasFragmentsOnly))
      return position + 1
    }
    guard hasEffects(below: position) else { return Int(instruction.afterSubtree) }
    return stop(at: position, list.packets.and(test.possible), Self.cannotAsk)
  }

  /// No later rule decides about these packets.
  private mutating func stop(at position: Int, _ packets: [EarlyMatch], _ reason: String) -> Int {
    leave(packets, at: position)
    let end = afterLoss(of: packets, at: position)
    let number = ruleSet.rules[Int(program.instructions[position].rule)].number
    for later in position..<max(position, end) {
      reasons[Int(program.instructions[later].rule)] =
        later == position ? reason : "rule \(number) comes first, which only the daemon can judge"
    }
    return end
  }

  /// The instruction to go on with when these packets have left the chain: the lists to which no others came are over.
  private func afterLoss(of packets: [EarlyMatch], at position: Int) -> Int {
    var end = Int(program.instructions[position].afterSubtree)
    for list in lists.reversed() where list.packets == packets {
      end = max(end, list.end)
    }
    return end
  }

  // MARK: Writing

  private mutating func decide(_ instruction: Program.Instruction, _ packets: [EarlyMatch], verdict: String) {
    guard !packets.isEmpty else { return }
    let number = ruleSet.rules[Int(instruction.rule)].number
    for match in packets { append(match, "counter \(verdict)", comment: EarlyChain.comment(number)) }
    decided.append(EarlyChain.Decided(rule: Int(instruction.rule), number: number))
    if instruction.belongsAheadOfDefragmentation { needed = (rules.count, decided.count) }
  }

  private mutating func leave(_ packets: [EarlyMatch], at position: Int) {
    let number = ruleSet.rules[Int(program.instructions[position].rule)].number
    for match in packets { append(match, "accept", comment: "to the queue: \(EarlyChain.comment(number))") }
  }

  private mutating func append(_ match: EarlyMatch, _ statement: String, comment: String) {
    rules.append("\(match.text)\(match.text.isEmpty ? "" : " ")\(statement) comment \"\(comment)\"")
  }

  private func fits(_ packets: [EarlyMatch]) -> Bool {
    rules.count + packets.count <= Self.ruleLimit && packets.allSatisfy { $0.text.utf8.count <= Self.matchLimit }
  }

  /// Something below would do more than narrow or keep the packet from the log.
  private func hasEffects(below position: Int) -> Bool {
    let end = Int(program.instructions[position].afterSubtree)
    return program.instructions[min(position + 1, end)..<end].contains { instruction in
      switch instruction.operation {
      case .next, .group, .dontLog: false
      default: true
      }
    }
  }
}

extension Program.Instruction {
  /// No packet in one piece, and no first fragment, satisfies it.
  var asksForLaterFragments: Bool {
    guard case .number(.fragmentOffset, let range) = test else { return false }
    return range.contains(0) == isNegated
  }

  /// It is about fragments, IP options, or loopback addresses: what later stages of the kernel change or drop.
  fileprivate var belongsAheadOfDefragmentation: Bool {
    switch test {
    case .number(.fragmentOffset, _), .ipOptions: true
    case .address(_, let range):
      AddressRange.loopbacks.contains { $0.contains(range.first) && $0.contains(range.last) }
    default: false
    }
  }
}

extension AddressRange {
  /// RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.
  fileprivate static let loopbacks = [
    AddressRange(prefix: IPAddress(v4: 0x7F00_0000), length: 104),
    AddressRange(prefix: IPAddress(high: 0, low: 1), length: 128),
  ]
}
