// Whether the kernel can answer `Include == trigger → Delete` by itself, with sets of the triggered addresses.
//
// The sets are asked first of all, ahead of defragmentation and of the early chain's own rules. So the rules are gone through in
// document order up to that rule, for an inbound packet of a filtered interface, which may be a fragment:
//
// - a rule that every such packet matches, and that only steers, counts what the kernel drops, too;
// - what another rule may catch is spared: such packets go on to the early chain and to the queue, whoever sent them;
// - addresses that a rule asks for by themselves are kept out of the sets, and so are authorized ones;
// - rules that refuse what programs may not do pass nothing: of triggered addresses, the kernel drops what they would refuse.
//
// Where a rule may catch everything, nothing is left for sets, and the reason is told.

internal import SentryPacket
public import SentryRules

/// What the kernel drops for a rule by itself.
public struct BlockingPlan: Sendable, Equatable {
  /// The rule's place in document order.
  public var rule: Int
  public var number: String
  /// The places of all rules that count what is dropped, the rule itself included, in document order.
  public var counting: [Int]
  /// Triggered IPv6 addresses are known by their net of so many bits; `nil` where none comes so far (`blockIPv6`).
  public var ipv6PrefixLength: Int?
  /// How long an address stays that the rules trigger, in seconds; `nil` for ever.
  public var seconds: UInt32?
  /// Entries the table holds.
  public var capacity: Int
  /// Authorized addresses are kept out.
  public var sparesAuthorized: Bool
  /// Sources that rules before it may catch: they are kept out, too.
  var sparedSources: [AddressRange] = []
  /// Packets that rules before it may catch.
  var exemptions: [Exemption]

  struct Exemption: Sendable, Equatable {
    var match: EarlyMatch
    /// Of the rule.
    var number: String
  }
}

/// The plan for a document, or why there is none.
public enum Blocking: Sendable, Equatable {
  case sets(BlockingPlan)
  /// A sentence's end: "because …".
  case none(reason: String)

  /// What `ruleSet` leaves to sets on these interfaces, all of which are filtered.
  public init(_ ruleSet: RuleSet, interfaces: [InterfaceEntry]) {
    var analysis = BlockingAnalysis(ruleSet, interfaces: interfaces)
    self = analysis.result()
  }

  /// `nil` if there is a plan.
  public var obstacle: String? {
    guard case .none(let reason) = self else { return nil }
    return reason
  }

  public var plan: BlockingPlan? {
    guard case .sets(let plan) = self else { return nil }
    return plan
  }
}

private struct BlockingAnalysis {
  private let ruleSet: RuleSet
  private let program: Program
  private let interfaces: [InterfaceEntry]
  private var counting: [Int] = []
  private var exemptions: [BlockingPlan.Exemption] = []
  private var sparedSources: [AddressRange] = []
  private var sparesAuthorized = false

  /// Every inbound packet is asked for all of these; beyond this the queue is the better place.
  private static let exemptionLimit = 32

  init(_ ruleSet: RuleSet, interfaces: [InterfaceEntry]) {
    self.ruleSet = ruleSet
    self.interfaces = interfaces
    program = ruleSet.program()
  }

  mutating func result() -> Blocking {
    if ruleSet.settings.malformed == .pass {
      return .none(reason: "'malformed = pass' lets through what only the daemon can tell")
    }
    if ruleSet.settings.observe { return .none(reason: "'observe = 1' lets every packet pass") }
    let isAsked = program.instructions.contains { if case .table(.trigger) = $0.test { true } else { false } }
    guard isAsked else { return .none(reason: Self.notAsked) }
    var position = 0
    while position < program.instructions.count {
      let instruction = program.instructions[position]
      if case .table(.trigger) = instruction.test { return end(at: position) }
      switch follow(position) {
      case .goOn(let next): position = max(position + 1, next)
      case .giveUp(let reason): return .none(reason: reason)
      }
    }
    return .none(reason: Self.notAsked)
  }

  private static let notAsked = "no rule asks for triggered addresses"

  private enum Step {
    case goOn(Int)
    case giveUp(String)
  }

  /// What comes after a rule that does not ask for triggered addresses.
  private mutating func follow(_ position: Int) -> Step {
    let instruction = program.instructions[position]
    let after = Int(instruction.afterSubtree)
    if case .table(.authorize) = instruction.test, !instruction.isNegated {
      sparesAuthorized = true
      return .goOn(after)
    }
    if case .address(.source, let range) = instruction.test, !instruction.isNegated {
      sparedSources.append(range)
      return .goOn(after)
    }
    if case .number(.applicationPermission, _) = instruction.test {
      return onlyRefuses(position) ? .goOn(after) : .giveUp(onlyTheDaemonCanTell(position))
    }
    let test = EarlyTest(instruction, program, interfaces: interfaces)
    if test.possible.isEmpty { return .goOn(after) }
    if test.isExact, test.possible == [.everything] {
      guard instruction.onlySteers else {
        return .giveUp("rule \(number(position)) comes first and has its say about every packet")
      }
      counting.append(Int(instruction.rule))
      return .goOn(position + 1)
    }
    guard test.possible != [.everything] else {
      return .giveUp(onlyTheDaemonCanTell(position))
    }
    // A datagram without its beginning is never put together: whoever is blocked needs no more than that.
    spare(instruction.asksForLaterFragments ? EarlyTest.fragments(1...8191) : test.possible, for: number(position))
    guard exemptions.count <= Self.exemptionLimit else {
      return .giveUp(
        "too many rules come first: at rule \(number(position)) nftables would have to ask too much of each packet")
    }
    return .goOn(after)
  }

  private func onlyTheDaemonCanTell(_ position: Int) -> String {
    "rule \(number(position)) comes first, and only the daemon can tell which packets match it"
  }

  /// Packets that match are handed on or end there.
  private func onlyRefuses(_ position: Int) -> Bool {
    program.instructions[position..<Int(program.instructions[position].afterSubtree)].allSatisfy {
      $0.observation == .none && ($0.onlySteers || $0.operation.refuses)
    }
  }

  private mutating func spare(_ packets: [EarlyMatch], for number: String) {
    for match in packets where !exemptions.contains(where: { $0.match == match }) {
      exemptions.append(BlockingPlan.Exemption(match: match, number: number))
    }
  }

  /// At the first rule that asks for triggered addresses.
  private mutating func end(at position: Int) -> Blocking {
    let instruction = program.instructions[position]
    guard instruction.observation == .none else {
      return .none(reason: "rule \(number(position)) only observes what triggered addresses send")
    }
    guard !instruction.isNegated else {
      return .none(reason: "rule \(number(position)) asks for all but triggered addresses")
    }
    guard instruction.operation == .delete || instruction.operation == .deleteWithoutLog else {
      return .none(reason: "rule \(number(position)) does not delete what triggered addresses send")
    }
    counting.append(Int(instruction.rule))
    var child = position + 1
    while child < Int(instruction.afterSubtree) {
      let test = EarlyTest(program.instructions[child], program, interfaces: interfaces)
      if test.possible.isEmpty {
        child = max(child + 1, Int(program.instructions[child].afterSubtree))
        continue
      }
      guard program.instructions[child].onlySteers else {
        return .none(reason: "rule \(number(child)) needs the daemon for what rule \(number(position)) deletes")
      }
      guard test.isExact, test.possible == [.everything] else {
        return .none(reason: "rule \(number(child)) counts only some of what rule \(number(position)) deletes")
      }
      counting.append(Int(program.instructions[child].rule))
      child += 1
    }
    let settings = ruleSet.settings
    return .sets(
      BlockingPlan(
        rule: Int(instruction.rule), number: number(position), counting: counting,
        ipv6PrefixLength: settings.blockIPv6 ? nil : settings.triggerIPv6Prefix, seconds: settings.triggerDuration,
        capacity: settings.addressCapacity, sparesAuthorized: sparesAuthorized,
        sparedSources: sparedSources, exemptions: exemptions))
  }

  private func number(_ position: Int) -> String {
    ruleSet.rules[Int(program.instructions[position].rule)].number
  }
}

extension SentryRules.Operation {
  fileprivate var refuses: Bool {
    switch self {
    case .delete, .deleteWithoutLog, .reject, .dropConnection: true
    default: false
    }
  }
}

extension Program.Instruction {
  /// Does nothing but hand packets on, or keep them from the log.
  fileprivate var onlySteers: Bool {
    observation == .none && (operation == .next || operation == .group || operation == .dontLog)
  }
}
