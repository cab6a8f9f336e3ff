// The walk of one packet, or of the timer, through the program.
//
// The tree is a list in reading order; every instruction knows what follows a match and what follows its subtree. A rule
// that matches counts first and acts then. The first terminating action becomes the packet's leaf: its own children are
// walked before its log entry is written, and whatever terminates there is counted but not carried out
// (docs/Classic.md, "Evaluation").
//
// Two shortcuts spare most questions without changing an answer: packets alike follow the path of an earlier one
// (`Paths/PathMemory.swift`), and of many siblings only those are asked that can match (`Siblings/SiblingIndex.swift`), or none
// where all ask the same (`Cohorts/Cohorts.swift`).

internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What the engine knows of the packet it is judging, besides its fields.
struct Walk {
  /// False while the timer walks.
  var hasPacket = false
  /// The packet's time by the engine's clock, or the tick's.
  var time = Timestamp(nanoseconds: 0)
  var direction = Direction.inbound
  var interface = 0
  /// Who tells the two, loopback apart.
  var sight = PacketWay.Sight.capture
  /// What it is that the interface means to the rules: `PacketFeatures.init(interfacePattern:)`.
  var features: PacketFeatures = []
  /// The process on this host behind the packet.
  var owner = PacketOwner()
  /// The packet's flow, if an earlier packet of it was let through.
  var connection: TableSlot?
  /// Another flow has announced the packet's, which begins with it.
  var isAnnounced = false

  /// The terminating action that decided, once there is one.
  var leaf: Operation?
  var decider = Judgement.Decider.endOfRules
  /// `Dont log` has matched.
  var isLogSuppressed = false
  /// A notification under the leaf has logged the packet, so the leaf's own entry is left out.
  var isLeafLogged = false
  var entriesLogged = 0
  /// Why a rule that would have triggered the source has not.
  var triggerObstacle: TriggerObstacle?
  /// The rules asked are only observed.
  var isObserving = false

  /// The `Rate limit` rules that matched last; the flow is bound to them if the packet is let through.
  var inboundRate: Int32?
  var outboundRate: Int32?

  /// Where the last successful content search found something, from the first payload byte.
  var previousFind = 0
  /// The same before that search.
  var foundBefore = 0
  /// What `Engine.serverName` and `Engine.dnsName` hold of this packet.
  var serverNameReading = NameReading.unread
  var dnsNameReading = NameReading.unread
  /// The address entry that the latest successful `Include` found, and that rule: its direct children may use it.
  var entry: (table: AddressTableKind, slot: TableSlot, rule: Int32)?
  /// The rules were asked whether packets like this one may stay in the kernel; `Engine.steadyPath` has the answer.
  var isAskedAbout = false

  mutating func start(at time: Timestamp, interface: Int, direction: Direction) {
    self = Walk()
    hasPacket = true
    self.time = time
    self.interface = interface
    self.direction = direction
  }
}

extension Engine {
  /// Walks the rules for the current packet, then writes the leaf's log entry.
  mutating func walkRules(_ frame: RawSpan) {
    gatherNumbers()
    siblingMemory.startWalk()
    guard let position = walkAll(frame) else { return }
    var nobody = NoWitness()
    end(at: position, frame, &nobody)
    if walk.isObserving { forgetVerdict() }
  }

  /// The same while somebody takes note of what is asked and what matches.
  mutating func walkRules<Witness: WalkWitness>(_ frame: RawSpan, _ witness: inout Witness) {
    gatherNumbers()
    siblingMemory.startWalk()
    guard let position = walk(from: 0, to: Int32(steps.count), frame, &witness) else { return }
    end(at: position, frame, &witness)
    if walk.isObserving { forgetVerdict() }
  }

  /// The packet has met its leaf.
  mutating func end<Witness: WalkWitness>(at position: Int32, _ frame: RawSpan, _ witness: inout Witness) {
    let leaf = steps[Int(position)]
    walk.leaf = leaf.operation
    walk.decider = .rule(leaf.rule)
    if leaf.operation.runsChildren, leaf.afterSubtree > position + 1 {
      _ = walk(from: position + 1, to: leaf.afterSubtree, frame, &witness)
    }
    if let kind = leaf.operation.leafEntry, !walk.isLogSuppressed, !walk.isLeafLogged {
      report(kind, leaf: nil, of: leaf.rule, isLogged: true)
    }
  }

  /// Reads the packet field by field: to copy it whole right after it was decoded would wait for all its bytes.
  private mutating func gatherNumbers() {
    let present = packet.present
    let (hasAddresses, hasPorts, isICMP) = (
      present.contains(.addresses), present.contains(.ports), present.contains(.icmp)
    )
    let absent = PacketNumbers.absent
    numbers.set(.fragmentOffset, hasAddresses ? UInt64(packet.fragmentOffset) : absent)
    numbers.set(.source, hasAddresses ? packet.source.v4 : nil)
    numbers.set(.destination, hasAddresses ? packet.destination.v4 : nil)
    numbers.set(.protocolNumber, present.contains(.protocolNumber) ? UInt64(packet.protocolNumber) : absent)
    numbers.set(.sourcePort, hasPorts ? UInt64(packet.sourcePort) : absent)
    numbers.set(.destinationPort, hasPorts ? UInt64(packet.destinationPort) : absent)
    numbers.set(.icmpType, isICMP ? UInt64(packet.icmpType) : absent)
    numbers.set(.icmpCode, isICMP ? UInt64(packet.icmpCode) : absent)
    numbers[.features] = features(present).rawValue
    if rareQuestions.contains(.numbers) { gatherRareNumbers() }
  }

  @inline(__always)
  private mutating func features(_ present: PacketFields.Presence) -> PacketFeatures {
    var features = walk.features
    features.insert(.outbound, if: walk.direction == .outbound)
    features.insert(.ipOptions, if: present.contains(.ipOptions) && !packet.ipOptions.isEmpty)
    features.insert(.tcpOptions, if: present.contains(.tcpOptions) && !packet.tcpOptions.isEmpty)
    features.insert(.payload, if: present.contains(.payload) && !packet.payload.isEmpty)
    features.insert(.ipv6, if: present.contains(.addresses) && packet.version == 6)
    features.insert(PacketFeatures(tcpFlags: packet.tcpFlags), if: present.contains(.tcpFlags))
    features.insert(.knownConnection, if: walk.connection != nil || walk.isAnnounced)
    if rareQuestions.contains(.connectionStates) { features.formUnion(PacketFeatures(connectionStates())) }
    return features
  }

  /// See `NumberField.isRare`.
  @inline(never)
  private mutating func gatherRareNumbers() {
    let (hasAddresses, isICMPv6) = (packet.has(.addresses), packet.has(.icmpv6))
    let absent = PacketNumbers.absent
    numbers.set(.sourceMAC, packet.has(.sourceMAC) ? packet.sourceMAC : absent)
    numbers.set(.destinationMAC, packet.has(.destinationMAC) ? packet.destinationMAC : absent)
    numbers.set(.ipVersion, UInt64(packet.version))
    numbers.set(.packetLength, UInt64(packet.byteCount))
    numbers.set(.icmpv6Type, isICMPv6 ? UInt64(packet.icmpType) : absent)
    numbers.set(.icmpv6Code, isICMPv6 ? UInt64(packet.icmpCode) : absent)
    numbers.set(.timeToLive, hasAddresses ? UInt64(packet.timeToLive) : absent)
    numbers.set(.dscp, hasAddresses ? UInt64(packet.trafficClass >> 2) : absent)
    numbers.set(.vlan, packet.has(.vlan) ? UInt64(packet.vlan) : absent)
    numbers.set(.user, walk.owner.user.map(UInt64.init) ?? absent)
    numbers.set(.applicationPermission, walk.owner.permission.map { UInt64($0.rawValue) } ?? absent)
  }

  /// Tests rules from `start` until one terminates or `end` is reached.
  ///
  /// - Returns: the position of the one that terminated; `nil` at the end.
  mutating func walk<Witness: WalkWitness>(
    from start: Int32, to end: Int32, _ frame: RawSpan, _ witness: inout Witness
  ) -> Int32? {
    let bytes = walk.hasPacket ? UInt64(packet.byteCount) : 0
    let time = walk.time
    let missing: Step.Traits = walk.hasPacket ? [] : .needsPacket
    var position = start
    while position < end {
      var step = steps[Int(position)]
      if !step.traits.isDisjoint(with: .isAmongMany), walk.hasPacket {
        let next = nextAmongMany(from: position, frame, &witness)
        if next != position {
          position = next
          // Behind them nothing is known of what comes.
          guard next < end, steps[Int(next)].isAmongThe(same: step) else { continue }
          step = steps[Int(next)]
        }
      }
      // Most tests are of numbers, and most actions only steer: those two must not leave this loop.
      let matches =
        step.test == .number
        ? numbers.satisfy(step) != step.isNegated && step.traits.isDisjoint(with: missing) : holds(at: position, frame)
      witness.saw(step, at: position, matches: matches, isImplied: numbers.imply(step))
      guard matches else {
        position = step.afterSubtree
        continue
      }
      statistics.countMatch(step.rule, bytes: bytes, at: time)
      if step.traits.contains(.acts) { perform(at: position, frame) }
      if step.traits.contains(.terminates) { return position }
      position = step.afterMatch
    }
    return nil
  }

  /// The next step from one of many siblings on that is to be asked, or where the walk goes on behind them.
  @inline(__always)
  private mutating func nextAmongMany<Witness: WalkWitness>(
    from position: Int32, _ frame: RawSpan, _ witness: inout Witness
  ) -> Int32 {
    let step = steps[Int(position)]
    guard step.traits.contains(.isInStretch) else {
      witness.passes(rules.siblings.families[Int(step.family)])
      // Where most siblings match, each is the next.
      let matches = step.test == .number && numbers.satisfy(step) != step.isNegated
      return matches ? position : nextSibling(from: position, frame)
    }
    return witness.takesEveryStep
      ? passUnmatched(from: position, frame, &witness) : passStretch(from: position, frame, &witness)
  }

  /// The same to the end of the rules, while nobody takes note.
  @inline(never)
  mutating func walkUnwatched(from start: Int32, _ frame: RawSpan) -> Int32? {
    var nobody = NoWitness()
    return walk(from: start, to: Int32(steps.count), frame, &nobody)
  }

  /// The same within an observed subtree.
  @inline(never)
  mutating func walkObserved(from start: Int32, to end: Int32, _ frame: RawSpan) -> Int32? {
    var nobody = NoWitness()
    return walk(from: start, to: end, frame, &nobody)
  }

  // MARK: Timer

  /// Tests every idle rule on its own, whatever its ancestors say, and walks the subtree of one that matches.
  mutating func checkIdleRules(at tick: Timestamp) {
    walk = Walk()
    walk.time = tick
    walk.isObserving = rules.isObserved
    let noFrame = RawSpan()
    var nobody = NoWitness()
    for position in rules.program.idleInstructions {
      let step = steps[Int(position)]
      guard isIdle(rules.program.instructions[Int(position)]) else { continue }
      statistics.countMatch(step.rule, bytes: 0, at: tick)
      perform(at: position, noFrame)
      let isObserved = step.traits.contains(.isObserved) && !walk.isObserving
      guard !step.operation.isTerminating, !isObserved else { continue }
      _ = walk(from: step.afterMatch, to: step.afterSubtree, noFrame, &nobody)
    }
  }

  @inline(__always)
  private func isIdle(_ instruction: Program.Instruction) -> Bool {
    guard case .idleSeconds(let subject, let range) = instruction.test else { return false }
    let rule = subject == .rule ? instruction.rule : instruction.parent
    let lastMatch = rule >= 0 ? statistics.lastTime(rule) : nil
    let since = lastMatch ?? appliedAt ?? walk.time
    let seconds = UInt64(max(0, walk.time.nanoseconds - since.nanoseconds) / Timestamp.nanosecondsPerSecond)
    return range.contains(seconds) != instruction.isNegated
  }

  // MARK: Tests

  @inline(never)
  mutating func holds(at position: Int32, _ frame: RawSpan) -> Bool {
    let step = steps[Int(position)]
    guard walk.hasPacket || !step.traits.contains(.needsPacket) else { return false }
    return switch step.test {
    case .number: numbers.satisfy(step) != step.isNegated
    case .gated where !numbers.opens(step): (step.lower != 0) != step.isNegated
    case .gated where step.traits.contains(.isLooseWord) && !mayHaveWord(of: position, frame): step.isNegated
    case .table: include(at: position)
    case .gated, .other: holds(rules.program.instructions[Int(position)], frame)
    }
  }

  /// The tests that a step does not answer by itself.
  private mutating func holds(_ instruction: Program.Instruction, _ frame: RawSpan) -> Bool {
    switch instruction.test {
    case .parentMatchCount(let range):
      return range.contains(matchCount(ofParent: instruction.parent)) != instruction.isNegated
    case .parentMatchRate(let range):
      return range.contains(counters(ofParent: instruction.parent).matchDelta) != instruction.isNegated
    case .parentByteCount(let range):
      return range.contains(counters(ofParent: instruction.parent).byteCount) != instruction.isNegated
    case .timeOfDay(let first, let last):
      return isWithin(localClock.secondOfDay(at: walk.time), first, last) != instruction.isNegated
    case .dayOfWeek(let first, let last):
      return isWithin(localClock.dayOfWeek(at: walk.time), first, last) != instruction.isNegated
    case .dateAndTime(let range):
      return range.contains(walk.time.seconds) != instruction.isNegated
    case .idleSeconds:
      return !walk.hasPacket && isIdle(instruction)
    default:
      return packetHolds(instruction.test, frame) != instruction.isNegated
    }
  }

  private mutating func packetHolds(_ test: Test, _ frame: RawSpan) -> Bool {
    switch test {
    case .address(let endpoint, let range):
      packet.has(.addresses) && range.matches(endpoint == .source ? packet.source : packet.destination)
    case .interface(let pattern):
      isMeant(interface: walk.interface, by: pattern)
    case .ipOptions(let list, let noneOf):
      has(list, noneOf: noneOf, in: packet.has(.ipOptions) ? packet.ipOptions : nil, of: frame, matchesLowBits: true)
    case .tcpOptions(let list, let noneOf):
      has(list, noneOf: noneOf, in: packet.has(.tcpOptions) ? packet.tcpOptions : nil, of: frame, matchesLowBits: false)
    case .content(let pattern):
      finds(pattern, frame)
    case .urlKeyword(let keyword):
      findsKeyword(keyword, frame)
    case .serverName(let name):
      isServerName(name, frame)
    case .dnsName(let name):
      isDNSName(name, frame)
    case .application(let name):
      walk.owner.has(name: name)
    case .sourceRate(let range):
      packet.has(.addresses) && range.contains(sourceRate())
    case .constant, .number, .tcpFlags, .table, .knownConnection, .connectionState, .timeOfDay, .dayOfWeek,
      .dateAndTime, .parentMatchCount, .parentMatchRate, .parentByteCount, .idleSeconds:
      false  // Answered before.
    }
  }

  private mutating func sourceRate() -> UInt64 {
    if isShard { noteAskingForRate() }
    return tables.sourceRates?.rate(of: packet.source, now: walk.time) ?? 0
  }

  @inline(__always)
  private mutating func connectionStates() -> ConnectionStates {
    if walk.isAnnounced { return .established }
    var known: TCPState?
    if let connection = walk.connection { known = tables.connections.tcpState(at: connection) }
    return ConnectionStates(before: packet, known: known)
  }

  private func has(
    _ list: Int32, noneOf: Bool, in options: Range<UInt32>?, of frame: RawSpan, matchesLowBits: Bool
  ) -> Bool {
    guard let options, !options.isEmpty else { return noneOf }
    for kind in rules.program.optionLists[Int(list)] {
      let isThere = frame.containsOption(kind, in: options, matchesLowBits: matchesLowBits && kind < 32)
      if isThere == noneOf { return false }
    }
    return true
  }

  /// `Data content`.
  private mutating func finds(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    guard packet.has(.payload),
      let position = rules.program.contents[Int(pattern)]
        .find(in: frame, payload: packet.payload, previousFind: walk.previousFind)
    else { return false }
    walk.foundBefore = walk.previousFind
    walk.previousFind = position
    return true
  }

  /// `URL keyword`: a search like `Data content`, which the next one may start from.
  private mutating func findsKeyword(_ keyword: Int32, _ frame: RawSpan) -> Bool {
    guard packet.has([.tcpFlags, .payload]),
      let position = HTTPRequest.position(of: rules.program.keywords[Int(keyword)], in: frame, payload: packet.payload)
    else { return false }
    walk.foundBefore = walk.previousFind
    walk.previousFind = position
    return true
  }

  /// Whether a `URL keyword` could be found at all.
  func mayHaveKeywords(_ frame: RawSpan) -> Bool {
    packet.has([.tcpFlags, .payload]) && HTTPRequest.asks(in: frame, payload: packet.payload)
  }

  /// `Include`: a match refreshes the entry and counts there; the rule's direct children may ask for that count. A rule that
  /// does not match changes nothing, so `!=` only looks, and so does a rule that is only observed.
  mutating func include(at position: Int32) -> Bool {
    let step = steps[Int(position)]
    walk.entry = nil
    guard let table = AddressTableKind(rawValue: step.field), !tables.isEmpty(table) else { return step.isNegated }
    return include(step, table)
  }

  @inline(never)
  private mutating func include(_ step: Step, _ table: AddressTableKind) -> Bool {
    guard packet.has(.addresses), let slot = tables.find(in: table, packet.source, now: walk.time),
      !isProtected(packet.source, from: table)
    else { return step.isNegated }
    guard !step.isNegated else { return false }
    if !step.traits.contains(.isObserved) { tables.hit(slot, in: table, now: walk.time) }
    walk.entry = (table, slot, step.rule)
    return true
  }

  @inline(__always)
  private func matchCount(ofParent parent: Int32) -> UInt64 {
    if let entry = walk.entry, entry.rule == parent {
      return tables.matchCount(of: entry.slot, in: entry.table)
    }
    return parent >= 0 ? statistics.matchCount(parent) : 0
  }

  /// A top-level rule has no parent, and nothing counted.
  @inline(__always)
  private func counters(ofParent parent: Int32) -> RuleCounters {
    parent >= 0 ? statistics[parent] : RuleCounters()
  }

  // MARK: Actions

  /// What the action does besides steering and ending the walk.
  @inline(never)
  mutating func perform(at position: Int32, _ frame: RawSpan) {
    let step = steps[Int(position)]
    guard !step.traits.contains(.isObserved) else { return performObserved(at: position, frame) }
    switch step.operation {
    case .next, .skip, .group, .exitGroup: break
    case .pass, .delete, .deleteWithoutLog, .reject, .dropConnection, .delay, .routeTo: break
    case .trigger: trigger(step.rule, frame)
    case .keepAddress: keepSource(in: .address, label: rules.labels[Int(step.rule)])
    case .keepInvalid: keepSource(in: .invalid, label: rules.labels[Int(step.rule)])
    case .authorize: keepSource(in: .authorize, label: rules.labels[Int(step.rule)])
    case .log: log(step.rule)
    case .dontLog: walk.isLogSuppressed = walk.hasPacket
    case .alert: notify(.alert, step.rule, isLogged: true)
    case .email: notify(.email, step.rule, isLogged: true)
    case .url: notify(.url, step.rule, isLogged: false)
    case .resetParent: resetMatchCount(ofParent: step.parent)
    case .script: notify(.script, step.rule, isLogged: true)
    case .rateLimitIn, .rateLimitOut, .rateLimit: limitRate(step.operation.rateDirections ?? [], step.rule)
    }
  }

  /// Rates hold for flows; a packet without one only counts at the rule.
  private mutating func limitRate(_ directions: RateDirections, _ rule: Int32) {
    guard walk.hasPacket, packet.has([.addresses, .protocolNumber]) else { return }
    if directions.contains(.inbound) { walk.inboundRate = rule }
    if directions.contains(.outbound) { walk.outboundRate = rule }
  }

  /// 0 without a rule.
  func label(_ rule: Int32?) -> UInt32 {
    guard let rule else { return 0 }
    return rules.labels[Int(rule)]
  }

  mutating func keepSource(in table: AddressTableKind, label: UInt32) {
    guard walk.hasPacket, packet.has(.addresses) else { return }
    if isShard { noteKeeping(in: table) }
    tables.keep(
      packet.source, in: table, now: walk.time, duration: rules.addressDuration, triggeredBy: label)
  }

  private mutating func resetMatchCount(ofParent parent: Int32) {
    if parent >= 0 { statistics.resetMatchCount(parent) }
    if let entry = walk.entry, entry.rule == parent {
      tables.resetMatchCount(of: entry.slot, in: entry.table)
    }
  }

  // MARK: Telling

  mutating func log(_ rule: Int32) {
    guard !walk.isLogSuppressed else { return }
    report(.log, leaf: walk.leaf?.eventKind, of: rule, isLogged: true)
  }

  /// A notification goes out also when the packet is not to be logged.
  private mutating func notify(_ kind: EngineEvent.Kind, _ rule: Int32, isLogged: Bool) {
    let isLogged = isLogged && !walk.isLogSuppressed
    if isLogged, walk.leaf != nil { walk.isLeafLogged = true }
    report(kind, leaf: walk.leaf?.eventKind, of: rule, isLogged: isLogged)
  }

  mutating func report(_ kind: EngineEvent.Kind, leaf: EngineEvent.Kind?, of rule: Int32, isLogged: Bool) {
    report(EngineEvent(time: walk.time, kind: kind, leaf: leaf, label: rules.labels[Int(rule)], isLogged: isLogged))
  }

  mutating func reportRate(_ directions: RateDirections, of rule: Int32?) {
    guard let rule, let rate = rules.rate(of: rule) else { return }
    var event = EngineEvent(time: walk.time, kind: .rateLimit, label: label(rule), isLogged: false)
    event.rate = rate
    event.rateDirections = directions
    report(event)
  }

  mutating func report(builtIn reason: BuiltInReason, _ kind: EngineEvent.Kind) {
    guard !walk.isLogSuppressed else { return }
    report(EngineEvent(time: walk.time, kind: kind, reason: reason, label: RuleLabels.builtIn, isLogged: true))
  }

  private mutating func report(_ event: EngineEvent) {
    if event.isLogged { walk.entriesLogged += 1 }
    var event = event
    if walk.hasPacket { event.describe(packet, direction: walk.direction, interface: walk.interface) }
    event.triggerObstacle = walk.triggerObstacle
    event.isObserved = walk.isObserving
    append(event)
  }
}

/// Both ends included; a first one after the last wraps around.
private func isWithin<Value: Comparable>(_ value: Value, _ first: Value, _ last: Value) -> Bool {
  first <= last ? first <= value && value <= last : first <= value || value <= last
}

extension Operation {
  /// Does more than steer or end the walk.
  var acts: Bool {
    switch self {
    case .next, .skip, .group, .exitGroup, .pass, .delete, .deleteWithoutLog, .reject, .dropConnection, .delay,
      .routeTo:
      false
    default: true
    }
  }

  /// What a rule of this action limits; `nil` for other actions.
  var rateDirections: RateDirections? {
    switch self {
    case .rateLimitIn: .inbound
    case .rateLimitOut: .outbound
    case .rateLimit: [.inbound, .outbound]
    default: nil
    }
  }

  var limitsRate: Bool { rateDirections != nil }

  /// The rules below it are walked when it has ended the walk.
  var runsChildren: Bool { self != .delay && self != .routeTo }

  /// What a terminating action does to the packet; `nil` for the others.
  var verdict: Verdict? {
    switch self {
    case .pass: .pass
    case .delete, .deleteWithoutLog, .trigger: .delete
    case .reject: .reject
    case .dropConnection: .dropConnection
    case .delay: .delay
    case .routeTo: .routeTo
    default: nil
    }
  }

  /// How the log names a terminating action.
  var eventKind: EngineEvent.Kind? {
    switch self {
    case .pass, .delay: .pass
    case .delete, .deleteWithoutLog, .trigger: .delete
    case .reject: .reject
    case .dropConnection: .dropConnection
    default: nil
    }
  }

  /// The entry a terminating action writes by itself.
  var leafEntry: EngineEvent.Kind? {
    switch self {
    case .delete, .trigger, .reject, .dropConnection: eventKind
    default: nil
    }
  }
}
