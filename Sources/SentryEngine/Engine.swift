public import SentryPacket
public import SentryRules
public import SentryState

/// Judges packets by the rules in force and keeps what the rules need to remember.
///
/// One owner, one thread: the engine is a plain value that the packet thread (or a replay) holds as a variable. It never
/// allocates, locks or makes text per packet, and time reaches it only with the packets, so the same packets always get the
/// same verdicts.
///
/// What happens to a frame, in this order (`judge`):
/// 1. the clock moves to the packet's time, and the ticks due by then run;
/// 2. the frame is decoded, once; what is not IP passes without a rule;
/// 3. its direction is worked out from its source address;
/// 4. a first fragment leaves its ports behind, a later one takes them;
/// 5. the checks before the rules (rule 0) may decide already;
/// 6. its connection is looked up: of an ICMP error the one it quotes, if that is known; or whether another one announces it
///    (`Engine+Helpers.swift`);
/// 7. on a filtered interface, the rules are walked (`Engine+Walk.swift`);
/// 8. what the rules let through is refused all the same if one of them has dropped its connection before
///    (`Engine+Closing.swift`);
/// 9. a packet that is let through enters or refreshes its connection, and binds it to the rates it has met; for one that is
///    not, it is worked out whom to tell.
///
/// What only asks on the packet path is `mutating` all the same: for a method that does not change the engine, called by one that
/// does, the compiler copies what it reads onto the stack, or all of it, two kilobytes, where it is not inlined (measured with
/// Swift 6.3: a tenth of the time of a packet).
public struct Engine: ~Copyable {
  /// The rule set in force.
  public private(set) var rules: LoadedRules
  public private(set) var interfaces: [EngineInterface]
  public internal(set) var totals = EngineTotals()
  public internal(set) var tables: StateTables
  /// Changes of the tables in the last full second.
  public private(set) var tableRates = TableRates()

  /// The program as the walk reads it.
  var steps: [Step]
  var statistics: RuleStatistics
  /// Knows what packets of a class have in common; some of their matches are counted here first.
  var paths: PathMemory
  var siblingMemory: SiblingMemory
  /// Matches of rules that are members of cohorts, before they are credited.
  var cohortCounts: CohortCounts
  /// Idle rules count from here until they match: the whole second in which the rules were applied.
  var appliedAt: Timestamp?
  /// What the rules in force ask besides what nearly all rules do.
  private(set) var rareQuestions: RareQuestions
  private(set) var clock = EngineClock()
  var localClock: LocalClock
  public private(set) var local: AddressSpans
  /// Addresses around this host that are never triggered, besides those that the rules in force protect.
  public internal(set) var protectedHosts = AddressSpans()
  private var eventBuffer: EventBuffer
  /// `pattern × interfaces.count + interface`: whether an `Interface` rule's pattern means that interface.
  private var interfaceMatches: [Bool]
  private var interfacePlaces: [InterfacePlace]
  private var isSwitchedOn = true

  /// The packet being judged, afterwards the one judged last; kept here so that its place in memory is always the same.
  public internal(set) var packet = PacketFields()
  var numbers = PacketNumbers()
  var walk = Walk()
  /// The flow of the latest packet that was let through and is bound to a rate.
  var ratedFlow: (key: FlowKey, slot: TableSlot)?
  /// Flows whose packets all go the same way may stay in the kernel: from which packet on, in each direction, that is asked.
  /// `nil` where nobody wants to know.
  public var asksAboutFlowsFrom: UInt64?
  /// What became of the latest packet that the rules were asked about for its flow; see `Engine+Staying.swift`.
  public internal(set) var steadyPath = SteadyPath()
  /// The rule in force, by its place in document order, that was the last to keep a flow from staying in the kernel.
  public internal(set) var lastObjector: Int32?
  /// Names in the packet's payload; those of an earlier packet until `walk` says otherwise.
  var serverName = HostName()
  var dnsName = HostName()
  /// See `takeFullMinute`.
  var fullMinute: Timestamp?
  /// See `takeSpared`.
  var spared: [AddressRange] = []
  /// Other engines judge other packets: see `ShardRouter`.
  var isShard = false
  /// How many they are, this one included.
  var shardCount = 1
  /// The first thing that they would have to know of.
  public internal(set) var breach: ShardBreach?

  /// - Parameters:
  ///   - interfaces: where packets will come from; `judge` names them by position.
  ///   - timeZone: where `Time of day` and `Day of week` are read.
  ///   - eventCapacity: events kept until they are taken; what does not fit is counted in `lostEvents`.
  public init(
    rules: LoadedRules, interfaces: [EngineInterface], local: AddressSpans = AddressSpans(),
    timeZone: LocalTimeZone = .system, eventCapacity: Int = 4096
  ) {
    self.rules = rules
    self.interfaces = interfaces
    self.local = local
    tables = StateTables(rules.stateSettings)
    tables.setRateLimits(rules.rateLimits)
    steps = rules.steps
    let workspace = rules.takeWorkspace()
    siblingMemory = workspace.siblingMemory
    cohortCounts = workspace.cohortCounts
    statistics = workspace.statistics
    paths = workspace.paths
    rareQuestions = rules.rareQuestions
    localClock = LocalClock(timeZone)
    eventBuffer = EventBuffer(capacity: eventCapacity)
    interfaceMatches = Self.matches(of: rules.program.interfaces, on: interfaces)
    interfacePlaces = Self.places(of: interfaces, interfaceMatches)
  }

  /// The counters of all rules in document order, disabled rules included: a snapshot.
  public var counters: [RuleCounters] {
    var counters = statistics.counters
    var passages = cohortCounts.snapshot()
    paths.forEachCount { credit, counts in
      switch credit {
      case .rule(let rule): counters[Int(rule)].add(counts)
      case .members(let last): passages.count(counts, upTo: last, isLess: false)
      case .lessMembers(let last): passages.count(counts, upTo: last, isLess: true)
      }
    }
    passages.forEachMember(of: rules.siblings.cohorts) { rule, counts in counters[Int(rule)].add(counts) }
    return counters
  }

  /// The latest time the engine has seen; 1970 before the first packet.
  public var now: Timestamp { clock.now }

  // MARK: Judging

  /// Decides what happens to one captured frame.
  ///
  /// - Parameters:
  ///   - frame: the captured bytes, link header included.
  ///   - wireLength: the bytes that were on the wire; never taken for less than the captured ones.
  ///   - time: the packet's time; one before the latest seen counts as that.
  ///   - interface: the position in `interfaces`; one out of range counts as an interface without filters.
  public mutating func judge(
    _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, interface: Int
  ) -> Judgement {
    judge(frame, linkType: linkType, wireLength: wireLength, time: time, from: PacketOrigin(interface: interface))
  }

  /// The same for a packet whose bytes do not tell all that is known of it.
  public mutating func judge(
    _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, from origin: PacketOrigin
  ) -> Judgement {
    advance(to: time)
    totals.packets &+= 1
    let kind = packet.decode(frame, linkType: linkType, wireLength: max(wireLength, frame.byteCount))
    let interface = origin.interface
    packet.noteSource(of: origin)
    guard kind != .notIP else {
      totals.notIP &+= 1
      return Judgement(kind: .notIP, verdict: .pass, decider: .endOfRules, entriesLogged: 0)
    }
    let place = interfaces.indices.contains(interface) ? interfacePlaces[interface] : InterfacePlace()
    walk.start(at: clock.now, interface: interface, direction: origin.direction ?? direction(on: place))
    walk.owner = origin.owner
    walk.sight = origin.sight
    walk.isObserving = rules.isObserved
    var judgement = isSwitchedOn ? decide(kind, frame, on: place) : passUnjudged(kind)
    if asksAboutFlowsFrom != nil, walk.connection != nil { judgement.flow = followStay(judgement) }
    totals.count(judgement.verdict, walk.direction, bytes: UInt64(packet.byteCount))
    return judgement
  }

  /// Which way a packet goes that nobody has told the direction of.
  public func direction(of packet: borrowing PacketFields, onInterface interface: Int) -> Direction {
    let isLoopback = interfaces.indices.contains(interface) ? interfaces[interface].isLoopback : false
    guard !isLoopback, packet.has(.addresses), local.contains(packet.source) else { return .inbound }
    return .outbound
  }

  @inline(__always)
  private mutating func direction(on place: InterfacePlace) -> Direction {
    !place.isLoopback && packet.has(.addresses) && local.contains(packet.source) ? .outbound : .inbound
  }

  private func passUnjudged(_ kind: FrameKind) -> Judgement {
    Judgement(kind: kind, verdict: .pass, decider: .endOfRules, entriesLogged: 0)
  }

  private mutating func decide(_ kind: FrameKind, _ frame: RawSpan, on place: InterfacePlace) -> Judgement {
    if packet.isFragment { followFragment() }
    if let reason = builtInReason(kind, place) { return decideBefore(rules: reason, kind) }
    // Looked up early: its entry arrives from memory while the rules are walked.
    findConnection(frame)
    if rareQuestions.contains(.helpers) { findAnnouncement() }
    if place.isFiltered {
      walk.features = place.features
      if rareQuestions.contains(.sourceRate) { countSource() }
      if isToBeAsked() { askRules(frame) } else { walkRules(frame) }
    }
    if let slot = walk.connection, tables.connections.tcpState(at: slot).contains(.closedByFirewall), isRefused,
      !walk.isObserving
    {
      return refuse(tables.connections.latestFlow, at: slot, kind, on: place)
    }
    let verdict = finalVerdict()
    var answer = Answer.none
    var isRateBound = false
    if verdict.letsThrough {
      let slot = tables.connections.enter(
        foundAt: walk.connection, FlowStep(packet), now: clock.now,
        interface: UInt16(truncatingIfNeeded: walk.interface))
      if let slot { isRateBound = follow(at: slot, frame, on: place) }
    } else if verdict != .delete {
      answer = carryOut(verdict, tables.connections.latestFlow, frame, on: place)
    }
    return Judgement(
      kind: kind, verdict: verdict, decider: walk.decider, entriesLogged: walk.entriesLogged, answer: answer,
      isRateBound: isRateBound)
  }

  /// Follows a packet of the flow in a slot: one that has been entered.
  ///
  /// - Returns: whether a rule limits the flow's rate.
  @inline(__always)
  private mutating func follow(at slot: TableSlot, _ frame: RawSpan, on place: InterfacePlace) -> Bool {
    guard !rareQuestions.isDisjoint(with: [.proof, .helpers, .rates]) else { return false }
    let flow = tables.connections.latestFlow
    if rareQuestions.contains(.proof) { followProof(flow, at: slot, frame) }
    if rareQuestions.contains(.helpers) { followHelpers(flow, at: slot, on: place, frame) }
    return rareQuestions.contains(.rates) && followRates(flow, at: slot, frame)
  }

  /// A first fragment leaves its ports in the fragment table, whatever becomes of it; a later one takes them from there.
  private mutating func followFragment() {
    tables.fragments.remember(packet, now: clock.now)
    if let ports = tables.fragments.ports(for: packet, now: clock.now) { packet.take(ports: ports) }
  }

  /// Looks up the packet's connection: the flow that it enters or refreshes if it is let through, the table's latest then.
  @inline(__always)
  private mutating func findConnection(_ frame: RawSpan) {
    // Only a look at what is present: to ask the packet more would copy all of it, right after it was decoded.
    if !packet.present.isDisjoint(with: [.icmp, .icmpv6]), findQuotedConnection(frame) { return }
    walk.connection = tables.connections.lookup(FlowKey(packet, direction: walk.direction), now: clock.now)
  }

  /// Looks up the connection that an ICMP error is about. The error must go to the sender of what it quotes.
  ///
  /// - Returns: false if that is not known, or the packet is no error. The error does not make it known either: it may be forged.
  @inline(never)
  private mutating func findQuotedConnection(_ frame: RawSpan) -> Bool {
    guard let quoted = packet.quotedPacket(in: frame), quoted.source == packet.destination else { return false }
    walk.connection = tables.connections.lookup(
      FlowKey(quoted: quoted, byErrorGoing: walk.direction), now: clock.now)
    return walk.connection != nil
  }

  private mutating func countSource() {
    guard packet.has(.addresses) else { return }
    tables.sourceRates?.count(packet.source, now: clock.now)
  }

  // MARK: Before the rules

  @inline(__always)
  private mutating func builtInReason(_ kind: FrameKind, _ place: InterfacePlace) -> BuiltInReason? {
    if packet.version == 6, rules.blocksIPv6, kind != .unknownVersion, !place.isLoopback {
      return .blockedIPv6
    }
    return switch kind {
    case .unknownVersion: .notIP
    case .shortIPHeader: .shortIPHeader
    case .shortTCPHeader: .shortTCPHeader
    case .shortHeader: .shortHeader
    case .ip, .notIP: nil
    }
  }

  private mutating func decideBefore(rules reason: BuiltInReason, _ kind: FrameKind) -> Judgement {
    if reason == .shortTCPHeader, packet.has(.addresses), !walk.isObserving {
      keepSource(in: .invalid, label: RuleLabels.builtIn)
    }
    let verdict: Verdict =
      switch reason {
      case .notIP, .delayTableFull: .pass
      case .blockedIPv6, .connectionClosed: .delete
      case .shortIPHeader, .shortTCPHeader, .shortHeader:
        rules.deletesMalformed ? .delete : .pass
      }
    totals.count(reason)
    if reason != .blockedIPv6 { report(builtIn: reason, verdict == .delete ? .delete : .pass) }
    return Judgement(
      kind: kind, verdict: walk.isObserving ? .pass : verdict, decider: .builtIn(reason),
      entriesLogged: walk.entriesLogged)
  }

  /// The verdict of the walk.
  @inline(__always)
  private mutating func finalVerdict() -> Verdict {
    guard let leaf = walk.leaf else { return .pass }
    return leaf == .delay ? delay() : leaf.verdict ?? .pass
  }

  /// A `Delay` holds inbound packets only, and only while there is room.
  @inline(never)
  private mutating func delay() -> Verdict {
    guard walk.direction == .inbound else { return .pass }
    tables.delays.release(upTo: clock.now)
    if tables.delays.hold(clock.now) { return .delay }
    walk.decider = .builtIn(.delayTableFull)
    totals.count(.delayTableFull)
    report(builtIn: .delayTableFull, .pass)
    return .pass
  }

  // MARK: Time

  /// Runs the ticks due at or before `time`, in order. A live loop calls this while no packets come.
  public mutating func advance(to time: Timestamp) {
    if appliedAt == nil || !clock.advanceWithinSecond(to: time) { advanceToTicks(at: time) }
  }

  @inline(never)
  private mutating func advanceToTicks(at time: Timestamp) {
    guard isSwitchedOn else { return clock.skip(to: time) }
    let isFirst = clock.latest == nil
    var due = clock.advance(to: time)
    if isFirst || appliedAt == nil { appliedAt = appliedAt ?? clock.now.wholeSecond }
    guard due.count > 0 else { return }
    run(&due)
    tables.expire(now: clock.now)
  }

  /// Goes on at `time`, which is before the latest the engine has seen: for a live loop whose clock was set back. What happened later
  /// counts as having happened at `time`. Without effect for a time that is not before.
  ///
  /// Not for replay: there a packet that is dated earlier is judged at the latest time seen.
  public mutating func turnBack(to time: Timestamp) {
    guard time < clock.now else { return }
    settleCounts()
    clock.turnBack(to: time)
    appliedAt = appliedAt.map { min($0, time.wholeSecond) }
    statistics.turnBack(to: time)
    tables.turnBack(to: time)
  }

  private mutating func run(_ due: inout EngineClock.DueTicks) {
    settleCounts()
    let hasIdleRules = !rules.program.idleInstructions.isEmpty
    while due.count > 0 {
      let isQuiet = !statistics.hasDeltas && !tableRates.hasDeltas(tables)
      if isQuiet, !hasIdleRules || due.ticksBeforeIdleCheck > 0 {
        // Nothing to see until the next idle check: a file may jump through years.
        due.advance(by: hasIdleRules ? min(due.count, due.ticksBeforeIdleCheck) : due.count)
        continue
      }
      statistics.tick()
      tableRates.tick(tables)
      if due.isIdleCheck { checkIdleRules(at: due.next) }
      due.advance(by: 1)
    }
  }

  // MARK: Control

  /// The master switch. While it is off every packet passes unjudged, timers stand still, and nothing is held.
  public var isOn: Bool {
    get { isSwitchedOn }
    set {
      isSwitchedOn = newValue
      if !newValue { tables.delays.releaseAll() }
    }
  }

  /// Puts other rules in force between two packets; tables stay, and so do the counters of rules that did not change.
  ///
  /// - Parameters:
  ///   - pairing: which rules are the same as before.
  ///   - interfaces: as many as before, with the new document's settings.
  ///   - keepsRoom: no table gets smaller, until `settleRoom`.
  /// - Returns: the rules that were in force, to be let go off the packet thread.
  public mutating func install(
    _ new: LoadedRules, pairing: RulePairing, interfaces: [EngineInterface], keepsRoom: Bool = false
  ) -> LoadedRules {
    settleCounts()
    let retired = rules
    rules = new
    steps = new.steps
    var workspace = new.takeWorkspace()
    workspace.statistics.replace(statistics, successors: pairing.successors)
    swap(&workspace.statistics, &statistics)
    swap(&workspace.siblingMemory, &siblingMemory)
    swap(&workspace.cohortCounts, &cohortCounts)
    swap(&workspace.paths, &paths)
    retired.leave(workspace)
    rareQuestions = new.rareQuestions
    self.interfaces = interfaces
    interfaceMatches = Self.matches(of: new.program.interfaces, on: interfaces)
    interfacePlaces = Self.places(of: interfaces, interfaceMatches)
    let settings = keepsRoom ? new.stateSettings.noSmaller(than: tables.settings) : new.stateSettings
    tables.apply(settings, now: clock.now)
    tables.setRateLimits(new.rateLimits)
    if new.protectedNetworks != retired.protectedNetworks { spare(new.protectedNetworks) }
    appliedAt = clock.latest?.wholeSecond
    lastObjector = nil
    return retired
  }

  /// Counts for a rule, by its place in document order, what was decided by it without the engine. Without effect for a place
  /// there is no rule at, and for no matches.
  public mutating func credit(rule: Int, matches: UInt64, bytes: UInt64, at time: Timestamp) {
    guard matches > 0, (0..<rules.program.ruleCount).contains(rule) else { return }
    statistics.credit(Int32(rule), MatchCounts(packets: matches, bytes: bytes, last: time))
  }

  /// Takes over what an earlier engine has counted for the rules in force, by their places in document order, before the first
  /// packet.
  ///
  /// - Parameter counters: `nil` where nothing was counted; those beyond the last rule are passed over.
  public mutating func restore(_ counters: [RuleCounters?], now: Timestamp) {
    for (place, counters) in counters.prefix(rules.program.ruleCount).enumerated() {
      if let counters { statistics.restore(Int32(truncatingIfNeeded: place), counters, now: now) }
    }
  }

  public mutating func setLocal(_ local: AddressSpans) { self.local = local }

  public var hasEvents: Bool { !eventBuffer.events.isEmpty }

  /// Events that did not fit since the start.
  public var lostEvents: UInt64 { eventBuffer.lost }

  /// Hands over the events gathered since the last call, oldest first, and forgets them.
  public mutating func takeEvents(_ body: ([EngineEvent]) -> Void) {
    guard !eventBuffer.events.isEmpty else { return }
    body(eventBuffer.events)
    eventBuffer.removeAll()
  }

  // MARK: For the walk

  mutating func append(_ event: EngineEvent) { eventBuffer.append(event) }

  @inline(__always)
  func isMeant(interface: Int, by pattern: Int32) -> Bool {
    let index = Int(pattern) * interfaces.count + interface
    return interfaces.indices.contains(interface) && interfaceMatches.indices.contains(index) && interfaceMatches[index]
  }

  private static func matches(of patterns: [InterfacePattern], on interfaces: [EngineInterface]) -> [Bool] {
    patterns.flatMap { pattern in
      interfaces.map { pattern.matches(name: $0.name, isExternal: $0.isExternal) }
    }
  }

  /// - Parameter matches: what `matches` says of these interfaces.
  private static func places(of interfaces: [EngineInterface], _ matches: [Bool]) -> [InterfacePlace] {
    interfaces.enumerated().map { number, interface in
      InterfacePlace(
        interface, meantBy: stride(from: number, to: matches.count, by: interfaces.count).map { matches[$0] })
    }
  }
}

extension PacketFields {
  /// A later fragment has the ports of its first.
  mutating func take(ports: (source: UInt16, destination: UInt16)) {
    (sourcePort, destinationPort) = ports
    present.insert(.ports)
  }
}

/// What the packet path asks of an interface: `EngineInterface` without its name, which costs to copy.
struct InterfacePlace {
  var isFiltered = false
  var isLoopback = false
  /// What it means to the rules.
  var features: PacketFeatures = []

  /// An interface the engine was not told of: no filters.
  init() {}

  /// - Parameter patterns: which of `Program.interfaces` mean it.
  init(_ interface: EngineInterface, meantBy patterns: [Bool]) {
    isFiltered = interface.isFiltered
    isLoopback = interface.isLoopback
    for (number, isMeant) in patterns.enumerated() where isMeant {
      if let feature = PacketFeatures(interfacePattern: number) { features.insert(feature) }
    }
  }
}

/// What became of one frame, and who decided it.
public struct Judgement: Sendable, Equatable {
  public enum Decider: Sendable, Equatable {
    /// No rule ended the walk (or none was asked): the packet passes.
    case endOfRules
    /// Rule 0.
    case builtIn(BuiltInReason)
    /// The rule with this place in document order.
    case rule(Int32)

    /// `nil` if it was no rule of the document.
    public var rule: Int32? {
      guard case .rule(let place) = self else { return nil }
      return place
    }
  }

  public var kind: FrameKind
  public var verdict: Verdict
  public var decider: Decider
  /// Log entries this packet caused.
  public var entriesLogged: Int
  /// Who is to be told, where verdicts are carried out.
  public var answer = Answer.none
  /// Passes, but at a limited rate, where verdicts are carried out: `Engine.pace` says how.
  public var isRateBound = false
  /// Whether packets of its flow may stay in the kernel, where that has changed or was asked.
  public var flow = FlowNews.none
}

/// What the engine has seen since it started.
public struct EngineTotals: Sendable, Equatable {
  /// All frames, those without IP included.
  public var packets: UInt64 = 0
  /// Frames that carry no IP; they pass without a rule.
  public var notIP: UInt64 = 0
  public var inbound: UInt64 = 0
  public var outbound: UInt64 = 0
  private var byObstacle = InlineArray<3, UInt64>(repeating: 0)
  private var byVerdict = InlineArray<6, UInt64>(repeating: 0)
  /// By verdict and direction: see `way`.
  private var bytesByWay = InlineArray<12, UInt64>(repeating: 0)
  private var byReason = InlineArray<7, UInt64>(repeating: 0)

  public init() {}

  /// IP packets with this verdict.
  public subscript(verdict: Verdict) -> UInt64 { byVerdict[Int(verdict.rawValue)] }

  /// IP bytes of those packets.
  public func bytes(of verdict: Verdict) -> UInt64 {
    bytes(of: verdict, .inbound) &+ bytes(of: verdict, .outbound)
  }

  /// IP bytes of those that went this way.
  public func bytes(of verdict: Verdict, _ direction: Direction) -> UInt64 { bytesByWay[Self.way(verdict, direction)] }

  @inline(__always)
  private static func way(_ verdict: Verdict, _ direction: Direction) -> Int {
    Int(verdict.rawValue) << 1 | (direction == .inbound ? 0 : 1)
  }

  /// IP bytes of all packets that were judged.
  public var bytes: UInt64 { Verdict.allCases.reduce(0) { $0 &+ bytes(of: $1) } }

  /// IP packets that rule 0 decided for this reason.
  public subscript(reason: BuiltInReason) -> UInt64 { byReason[Int(reason.rawValue)] }

  /// Packets whose sources rules would have triggered, were it not for this.
  public subscript(obstacle: TriggerObstacle) -> UInt64 { byObstacle[Int(obstacle.rawValue)] }

  /// Those whose sources are protected.
  public var preventedTriggers: UInt64 { self[.protected] }

  mutating func count(_ obstacle: TriggerObstacle) { byObstacle[Int(obstacle.rawValue)] &+= 1 }

  /// Adds what another engine has seen.
  public mutating func add(_ other: EngineTotals) {
    packets &+= other.packets
    notIP &+= other.notIP
    inbound &+= other.inbound
    outbound &+= other.outbound
    for index in byObstacle.indices { byObstacle[index] &+= other.byObstacle[index] }
    for index in byVerdict.indices { byVerdict[index] &+= other.byVerdict[index] }
    for index in bytesByWay.indices { bytesByWay[index] &+= other.bytesByWay[index] }
    for index in byReason.indices { byReason[index] &+= other.byReason[index] }
  }

  mutating func count(_ reason: BuiltInReason) { byReason[Int(reason.rawValue)] &+= 1 }

  mutating func count(_ verdict: Verdict, _ direction: Direction, bytes: UInt64) {
    count(verdict, direction, packets: 1, bytes: bytes)
  }

  mutating func count(_ verdict: Verdict, _ direction: Direction, packets: UInt64, bytes: UInt64) {
    byVerdict[Int(verdict.rawValue)] &+= packets
    bytesByWay[Self.way(verdict, direction)] &+= bytes
    if direction == .inbound { inbound &+= packets } else { outbound &+= packets }
  }

  public static func == (a: EngineTotals, b: EngineTotals) -> Bool {
    a.packets == b.packets && a.notIP == b.notIP && a.inbound == b.inbound
      && a.outbound == b.outbound && TriggerObstacle.allCases.allSatisfy { a[$0] == b[$0] }
      && Verdict.allCases.allSatisfy { a[$0] == b[$0] && a.bytes(of: $0) == b.bytes(of: $0) }
  }
}
