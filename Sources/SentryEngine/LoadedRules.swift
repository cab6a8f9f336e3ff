public import SentryPacket
public import SentryRules
internal import SentryState
internal import Synchronization

/// A rule set ready for the packet thread: its program, and the number of each rule's label. Immutable; made, and let go,
/// off the packet thread.
public final class LoadedRules: Sendable {
  public let ruleSet: RuleSet
  public let program: Program
  /// Counts the rule sets a daemon has loaded; the first is 1.
  public let generation: UInt32
  /// The label of each rule, in document order.
  let labels: [UInt32]
  /// How long an address that these rules enter stays.
  let addressDuration: AddressDuration
  /// What `Drop connection` sends in place of a page.
  public let blockedPage: BlockedPage
  /// Where all `Route to` rules send packets, each address once, in document order.
  public let nextHops: [IPAddress]
  /// Whom these rules never trigger: `settings.protected`.
  public let protectedNetworks: AddressSpans
  /// A rule asks for the process behind a packet.
  public let asksForOwners: Bool
  /// The first rule, by its place in document order, that must see every packet for the sake of others: then none stays in the
  /// kernel. `nil` if there is none.
  public let wantsEveryPacket: Int32?
  /// By `settings.observe`: every packet passes, and nothing is carried out.
  public let isObserved: Bool
  /// The rules whose names begin with an underscore: their places in document order, and the numbers of their labels.
  public let measuredRules: [(place: Int, label: UInt32)]
  let triggerProof: TriggerProof
  let blocksIPv6: Bool
  let deletesMalformed: Bool
  let steps: [Step]
  /// What each step means for flows that may stay in the kernel.
  let steadiness: [Steadiness]
  let rareQuestions: RareQuestions
  let packetClasses: PacketClasses
  let siblings: SiblingIndex
  /// What the `Rate limit` rules allow, in document order.
  let rateLimits: [RateLimit]
  /// What the packet thread keeps for these rules. It is made here and let go with them, as fresh memory costs more time than
  /// packets have to wait.
  private let workspace: Mutex<RuleWorkspace?>
  /// The workspace when these rules were in force last, used up.
  private let usedWorkspace = Mutex<RuleWorkspace?>(nil)
  /// See `PathMemory`.
  let watchedRules: Set<Int32>
  /// What the document says of the tables, and what its rules need of them.
  let stateSettings: StateSettings

  public convenience init(_ ruleSet: RuleSet, generation: UInt32 = 1, labels book: RuleLabels) {
    self.init(ruleSet, generation: generation, labels: book, siblingsOfAGroup: SiblingIndex.usualGroup)
  }

  init(_ ruleSet: RuleSet, generation: UInt32 = 1, labels book: RuleLabels, siblingsOfAGroup least: Int) {
    // Judging packets needs nothing of the document's text.
    self.ruleSet = ruleSet.withoutKeptKeys
    self.generation = generation
    program = ruleSet.program()
    rareQuestions = RareQuestions(of: program, ruleSet.settings)
    blockedPage = BlockedPage(ruleSet.settings.blockedPage)
    nextHops = ruleSet.nextHops
    protectedNetworks = AddressSpans(byFamily: ruleSet.settings.protectedNetworks)
    asksForOwners = program.asksForOwners
    wantsEveryPacket = program.firstSourceRate
    isObserved = ruleSet.settings.observe
    triggerProof = ruleSet.settings.triggerProof
    blocksIPv6 = ruleSet.settings.blockIPv6
    deletesMalformed = ruleSet.settings.malformed == .delete
    var steps = program.instructions.map(Step.init)
    siblings = SiblingIndex(steps, of: program, groupsFrom: least)
    for (position, family) in siblings.familyNumbers.enumerated() where family >= 0 {
      steps[position].join(family: family)
    }
    for (position, stretch) in siblings.cohorts.stretchNumbers.enumerated() where stretch >= 0 {
      steps[position].join(stretch: stretch)
    }
    for position in siblings.looseWordSteps { steps[Int(position)].becomeLooseWord() }
    self.steps = steps
    steadiness = program.steadiness
    packetClasses = PacketClasses(of: steps)
    watchedRules = program.watchedRules
    stateSettings = Self.stateSettings(of: ruleSet.settings, program, rareQuestions)
    addressDuration = AddressDuration(seconds: ruleSet.settings.triggerDuration)
    labels = ruleSet.rules.map { rule in
      book.number(
        of: RuleLabel(number: rule.number, name: rule.name, action: rule.action.name, parameter: rule.parameter))
    }
    measuredRules = Self.measuredRules(of: self.ruleSet, labels)
    rateLimits = Self.rateLimits(of: self.ruleSet, labels)
    workspace = Mutex(RuleWorkspace(ruleCount: program.ruleCount, siblings))
  }

  /// The workspace that was made with the rules; another one if they have been in force before.
  func takeWorkspace() -> RuleWorkspace {
    let made = workspace.withLock { $0.take() }
    return made ?? RuleWorkspace(ruleCount: program.ruleCount, siblings)
  }

  /// Leaves a workspace that is needed no more, to be let go with the rules.
  func leave(_ used: consuming RuleWorkspace) {
    var used = Optional(used)
    usedWorkspace.withLock { swap(&$0, &used) }
  }

  private static func rateLimits(of ruleSet: RuleSet, _ labels: [UInt32]) -> [RateLimit] {
    zip(ruleSet.rules, labels).compactMap { rule, label in
      guard rule.isEnabled, let directions = rule.action.operation.rateDirections, case .rate(let rate) = rule.argument
      else { return nil }
      return RateLimit(label: label, bitsPerSecond: rate, directions: directions)
    }
  }
}

/// What the packet thread keeps for the rules in force, which goes with them.
struct RuleWorkspace: ~Copyable {
  var statistics: RuleStatistics
  var siblingMemory: SiblingMemory
  var cohortCounts: CohortCounts
  var paths: PathMemory

  init(ruleCount: Int, _ siblings: SiblingIndex) {
    statistics = RuleStatistics(ruleCount: ruleCount)
    siblingMemory = SiblingMemory(siblings)
    cohortCounts = CohortCounts(siblings.cohorts)
    paths = PathMemory()
  }
}

extension LoadedRules {
  /// Where the `Route to` rule with this place in document order sends packets; `nil` for any other rule.
  public func nextHop(of rule: Int32) -> IPAddress? {
    guard case .nextHop(let address) = argument(of: rule) else { return nil }
    return address
  }

  /// The numbers of the `Route to` rules that send packets to this next hop, in document order.
  public func rules(to hop: IPAddress) -> [String] {
    ruleSet.rules.indices.filter { nextHop(of: Int32($0)) == hop }.map { ruleSet.rules[$0].number }
  }

  /// The bits per second of the `Rate limit` rule with this place in document order; `nil` for any other rule.
  public func rate(of rule: Int32) -> UInt64? {
    guard case .rate(let bitsPerSecond) = argument(of: rule) else { return nil }
    return bitsPerSecond
  }

  private func argument(of rule: Int32) -> ActionArgument {
    ruleSet.rules.indices.contains(Int(rule)) ? ruleSet.rules[Int(rule)].argument : .none
  }

  private static func stateSettings(
    of settings: Settings, _ program: Program, _ rareQuestions: RareQuestions
  ) -> StateSettings {
    var state = StateSettings()
    state.addressCapacity = settings.addressCapacity
    state.connectionCapacity = settings.connectionCapacity
    state.fragmentCapacity = settings.fragmentCapacity
    state.delayCapacity = settings.delayCapacity
    state.delayNanoseconds = Int64((settings.delaySeconds * Double(Timestamp.nanosecondsPerSecond)).rounded())
    state.triggerIPv6PrefixLength = settings.triggerIPv6Prefix
    state.triggersPerMinute = settings.triggersPerMinute
    state.keepsCandidates = settings.triggerProof != .none
    state.keepsEvidence = program.instructions.contains { $0.operation == .trigger && $0.observation == .none }
    state.countsSources = rareQuestions.contains(.sourceRate)
    state.keepsHandshakes = rareQuestions.contains(.serverName)
    state.helpers.ftp = settings.helpers.filter { $0.kind == .ftp }.map(\.port)
    state.helpers.tftp = settings.helpers.filter { $0.kind == .tftp }.map(\.port)
    return state
  }
}

/// One interface that packets come from, and what the document says of it.
public struct EngineInterface: Sendable, Equatable {
  public var name: String
  /// Rules are evaluated here; the checks before the rules and the connection table work on every interface.
  public var isFiltered: Bool
  /// What `Interface == external` asks.
  public var isExternal: Bool
  /// Every packet counts as inbound here.
  public var isLoopback: Bool

  public init(name: String, isFiltered: Bool = true, isExternal: Bool = true, isLoopback: Bool = false) {
    self.name = name
    self.isFiltered = isFiltered
    self.isExternal = isExternal
    self.isLoopback = isLoopback
  }

  /// An interface with the document's settings; one it does not list is filtered, and external unless it is the loopback.
  public init(name: String, isLoopback: Bool = false, in ruleSet: RuleSet) {
    let listed = ruleSet.interfaces.first { $0.name == name }
    self.init(
      name: name, isFiltered: listed?.isFiltered ?? true, isExternal: listed?.isExternal ?? !isLoopback,
      isLoopback: isLoopback)
  }
}

extension RuleSet {
  fileprivate var nextHops: [IPAddress] {
    var hops: [IPAddress] = []
    for rule in rules {
      guard case .nextHop(let address) = rule.argument, !hops.contains(address) else { continue }
      hops.append(address)
    }
    return hops
  }
}
