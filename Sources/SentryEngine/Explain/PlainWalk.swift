// The rules as they are written down, rule by rule, with nothing worked out beforehand: what `explain` shows, and what the
// compiled walk (`Engine+Walk.swift`) is held against.
//
// The walk knows the document's tree, the facts of the packet, and copies of what the engine remembers: the counters of the
// rules, and what the four tables hold of the packet's source. It changes those copies only, so later rules see what
// earlier ones did, and the engine sees nothing of it. (docs/Classic.md, "Evaluation")

internal import SentryPacket
internal import SentryRules
internal import SentryState

struct PlainWalk {
  let rules: PlainRules
  let facts: PacketFacts
  let labels: [UInt32]
  var counters: [RuleCounters]
  var sources: SourceEntries

  private(set) var visits: [Explanation.Visit] = []
  private(set) var events: [EngineEvent] = []
  /// Rules whose counters are others than before, in the order they first changed.
  private(set) var counted: [Int] = []
  private var isCounted: [Bool]
  /// The rule with the first terminating action.
  private(set) var leaf: Int?

  /// `Dont log` has matched.
  private(set) var isLogSuppressed = false
  /// A notification below the leaf has written an entry, so the leaf writes none.
  private var isLeafLogged = false
  /// Why a rule that would have triggered the source has not.
  private var triggerObstacle: TriggerObstacle?
  /// What the packet has met of that.
  private(set) var obstacles: [TriggerObstacle] = []
  /// The rules asked are only observed.
  private(set) var isObserving: Bool
  /// A `++` that has not yet stepped over a rule.
  private var pendingSkip: Int?
  /// The rules whose rates the flow is to be bound to.
  private(set) var inboundRate: Int?
  private(set) var outboundRate: Int?

  /// Where the latest successful content search found something, from the first payload byte.
  var previousFind = 0
  /// What the latest successful `Include` found, and that rule.
  var found: (table: AddressTableKind, range: AddressRange, rule: Int)?

  /// How the walk goes on after a rule.
  private enum Continuation {
    case nextRule
    /// Behind the nearest `Group`.
    case behindGroup
    case end
  }

  init(
    _ rules: PlainRules, _ facts: PacketFacts, labels: [UInt32], counters: [RuleCounters], sources: SourceEntries
  ) {
    self.rules = rules
    self.facts = facts
    self.labels = labels
    self.counters = counters
    self.sources = sources
    isCounted = Array(repeating: false, count: counters.count)
    isObserving = rules.settings.observe
  }

  // MARK: The walk

  /// All rules, then the leaf's own log entry.
  mutating func walkRules() {
    _ = walk(rulesBelow: -1)
    logLeaf()
    if isObserving { leaf = nil }
  }

  private mutating func logLeaf() {
    guard let leaf, let kind = rules[leaf].action.operation.leafEntry, !isLeafLogged else { return }
    let isLogged = !isLogSuppressed
    if isLogged { report(kind, leaf: nil, of: leaf, isLogged: true) }
    note(isLogged ? .reports(kind, isLogged: true) : .isSilenced, of: leaf)
  }

  private mutating func walk(rulesBelow parent: Int) -> Continuation {
    for rule in rules.children(of: parent) {
      switch visit(rule) {
      case .nextRule: continue
      case .behindGroup:
        let isGroup = parent >= 0 && rules[parent].action.operation == .group
        return isGroup ? .nextRule : .behindGroup
      case .end: return .end
      }
    }
    return .nextRule
  }

  private mutating func visit(_ rule: Int) -> Continuation {
    if let skipper = pendingSkip {
      pendingSkip = nil
      visits.append(Explanation.Visit(rule: rule, outcome: .skipped(by: skipper)))
      return .nextRule
    }
    guard rules[rule].isEnabled, let test = rules.test(of: rule) else {
      visits.append(Explanation.Visit(rule: rule, outcome: .off))
      return .nextRule
    }
    let before = rules.observation[rule] != .none && !isObserving ? self : nil
    let answer = answer(test, of: rule)
    var visit = Explanation.Visit(rule: rule, outcome: answer.holds ? .matched : .notMatched)
    visit.seen = answer.seen
    visits.append(visit)
    guard answer.holds else { return .nextRule }
    guard let before else { return act(rule) }
    observe(rule, before)
    return .nextRule
  }

  /// Goes through an observed subtree. Then all but what was counted and told is as if it had not matched.
  private mutating func observe(_ rule: Int, _ before: PlainWalk) {
    let place = visits.count - 1
    isObserving = true
    _ = act(rule)
    if before.leaf == nil, facts.packet != nil { logLeaf() }
    visits[place].effects.append(.endsObservation)
    isObserving = false
    leaf = before.leaf
    (isLogSuppressed, isLeafLogged) = (before.isLogSuppressed, before.isLeafLogged)
    (pendingSkip, previousFind, found) = (before.pendingSkip, before.previousFind, before.found)
    // A question that fails forgets what another one has found.
    if case .table = rules.test(of: rule)?.test { found = nil }
  }

  /// Counts the match, then does what the rule says, then goes on below it.
  private mutating func act(_ rule: Int) -> Continuation {
    let place = visits.count - 1
    count(rule)
    visits[place].effects = isObserving ? performObserved(rule) : perform(rule)
    let operation = rules[rule].action.operation
    if operation.isTerminating { return terminate(rule, at: place) }
    switch operation {
    case .skip:
      pendingSkip = rule
      let next = rule + 1 < rules.rules.count ? rule + 1 : nil
      visits[place].effects = [.skips(next)]
    case .exitGroup:
      let group = rules.group(around: rule)
      visits[place].effects = [.leaves(group: group)]
      if group != nil { return .behindGroup }
    default: break
    }
    return walk(rulesBelow: rule)
  }

  /// The first terminating action decides, and the rules below it are walked; a later one only ends them. For the timer there
  /// is nothing to decide.
  private mutating func terminate(_ rule: Int, at place: Int) -> Continuation {
    guard facts.packet != nil else { return .end }
    if let leaf {
      visits[place].effects.append(.isIgnored(decider: leaf))
      return .end
    }
    leaf = rule
    let operation = rules[rule].action.operation
    let verdict = operation.verdict.map { Explanation.Effect.decides($0) }
    if operation == .delay || operation == .routeTo {
      if isObserving || operation == .routeTo { visits[place].effects += [verdict].compactMap { observed($0) } }
      return .end
    }
    visits[place].effects += [verdict].compactMap { observed($0) }
    _ = walk(rulesBelow: rule)
    return .end
  }

  private mutating func count(_ rule: Int) {
    noteCounted(rule)
    counters[rule].matchCount &+= 1
    counters[rule].byteCount &+= UInt64(facts.packet?.byteCount ?? 0)
    counters[rule].lastTime = facts.time
  }

  private mutating func noteCounted(_ rule: Int) {
    guard !isCounted[rule] else { return }
    isCounted[rule] = true
    counted.append(rule)
  }

  // MARK: The timer

  /// Asks each idle rule by itself, whatever its ancestors say, and walks what is below one that matches.
  mutating func walkIdleRules() {
    for rule in rules.rules.indices {
      guard let test = rules.test(of: rule), case .idleSeconds = test.test else { continue }
      _ = visit(rule)
      pendingSkip = nil
    }
  }

  private func observed(_ effect: Explanation.Effect?) -> Explanation.Effect? {
    isObserving ? effect.map { .observed($0) } : effect
  }

  // MARK: Actions

  /// The same for a rule that is only observed: it may write log entries, and set back counts that are observed themselves.
  private mutating func performObserved(_ rule: Int) -> [Explanation.Effect] {
    switch rules[rule].action.operation {
    case .log, .dontLog: return perform(rule)
    case .alert, .email, .script: return logObserved(rule)
    case .resetParent where rules.observation[rule] == .within: return resetParent(of: rule)
    default:
      var trial = self
      return trial.perform(rule).map { .observed($0) }
    }
  }

  /// The entry that a notification writes; nobody is notified.
  private mutating func logObserved(_ rule: Int) -> [Explanation.Effect] {
    guard !isLogSuppressed else { return [.isSilenced] }
    if leaf != nil { isLeafLogged = true }
    report(.log, leaf: leafKind, of: rule, isLogged: true)
    return [.observed(.reports(.log, isLogged: true))]
  }

  /// What the action does besides steering and ending the walk.
  private mutating func perform(_ rule: Int) -> [Explanation.Effect] {
    switch rules[rule].action.operation {
    case .next, .skip, .group, .exitGroup: []
    case .pass, .delete, .deleteWithoutLog, .reject, .dropConnection, .delay, .routeTo: []
    case .trigger: keepSource(in: .trigger, rule)
    case .keepAddress: keepSource(in: .address, rule)
    case .keepInvalid: keepSource(in: .invalid, rule)
    case .authorize: keepSource(in: .authorize, rule)
    case .log: log(rule)
    case .dontLog: silence()
    case .alert: tell(.alert, rule, isLogged: true)
    case .email: tell(.email, rule, isLogged: true)
    case .url: tell(.url, rule, isLogged: false)
    case .script: tell(.script, rule, isLogged: true)
    case .rateLimitIn: limit(.inbound, rule)
    case .rateLimitOut: limit(.outbound, rule)
    case .rateLimit: limit([.inbound, .outbound], rule)
    case .resetParent: resetParent(of: rule)
    }
  }

  private mutating func keepSource(in table: AddressTableKind, _ rule: Int) -> [Explanation.Effect] {
    guard let packet = facts.packet, packet.has(.addresses) else { return [.keepsNothing] }
    if table == .trigger, let effect = whyNotTriggered(rule) { return [effect] }
    return [.keepsAddress(table, sources.keep(in: table, at: facts.time, triggeredBy: labels[rule]))]
  }

  /// What keeps the source out of table trigger; `nil` for nothing.
  private mutating func whyNotTriggered(_ rule: Int) -> Explanation.Effect? {
    if let range = facts.protectionFromTrigger {
      note(.protected)
      return .sparesProtected(range)
    }
    if sources.isKept(in: .trigger) {
      triggerObstacle = nil
      return nil
    }
    if rules.settings.triggerProof != .none, !facts.provenTriggers.contains(labels[rule]) {
      note(.unproven)
      return .awaitsProof(rules.settings.triggerProof)
    }
    if !facts.isMinuteOpen, let limit = rules.settings.triggersPerMinute {
      note(.limit)
      return .exceedsLimit(limit)
    }
    triggerObstacle = nil
    return nil
  }

  private mutating func note(_ obstacle: TriggerObstacle) {
    if triggerObstacle != obstacle { obstacles.append(obstacle) }
    triggerObstacle = obstacle
  }

  private mutating func silence() -> [Explanation.Effect] {
    guard facts.packet != nil else { return [] }
    isLogSuppressed = true
    return [.silencesLog]
  }

  private mutating func limit(_ directions: RateDirections, _ rule: Int) -> [Explanation.Effect] {
    guard let packet = facts.packet, packet.has([.addresses, .protocolNumber]) else { return [.limitsNothing] }
    if directions.contains(.inbound) { inboundRate = rule }
    if directions.contains(.outbound) { outboundRate = rule }
    return [.limitsRate(directions)]
  }

  private mutating func resetParent(of rule: Int) -> [Explanation.Effect] {
    let parent = rules[rule].parent
    guard parent >= 0 else { return [.resetsCount(of: nil)] }
    noteCounted(parent)
    counters[parent].matchCount = 0
    guard let found, found.rule == parent, !isObserving else { return [.resetsCount(of: parent)] }
    sources.resetCount(of: found.range, in: found.table)
    return [.resetsCount(of: parent), .resetsEntry(found.table)]
  }

  // MARK: Telling

  private mutating func log(_ rule: Int) -> [Explanation.Effect] {
    guard !isLogSuppressed else { return [.isSilenced] }
    report(.log, leaf: leafKind, of: rule, isLogged: true)
    return [.reports(.log, isLogged: true)]
  }

  /// A notification goes out also when the packet is not to be logged.
  private mutating func tell(_ kind: EngineEvent.Kind, _ rule: Int, isLogged: Bool) -> [Explanation.Effect] {
    let isLogged = isLogged && !isLogSuppressed
    if isLogged, leaf != nil { isLeafLogged = true }
    report(kind, leaf: leafKind, of: rule, isLogged: isLogged)
    return [.reports(kind, isLogged: isLogged)]
  }

  private var leafKind: EngineEvent.Kind? { leaf.flatMap { rules[$0].action.operation.eventKind } }

  private mutating func report(_ kind: EngineEvent.Kind, leaf: EngineEvent.Kind?, of rule: Int, isLogged: Bool) {
    report(EngineEvent(time: facts.time, kind: kind, leaf: leaf, label: labels[rule], isLogged: isLogged))
  }

  mutating func report(_ event: EngineEvent) {
    var event = event
    if let packet = facts.packet {
      event.describe(packet, direction: facts.direction, interface: facts.interfaceNumber)
    }
    event.triggerObstacle = triggerObstacle
    event.isObserved = isObserving
    events.append(event)
  }

  /// Adds to what a visited rule did.
  mutating func note(_ effect: Explanation.Effect, of rule: Int) {
    guard let place = visits.lastIndex(where: { $0.rule == rule && $0.outcome == .matched }) else { return }
    visits[place].effects.append(effect)
  }
}
