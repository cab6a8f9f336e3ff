public import SentryPacket
public import SentryRules
internal import SentryState

extension Engine {
  /// Says what `judge` would do with the same frame, and why. The clock moves to the packet's time, and the ticks due by then
  /// run; nothing else changes, so judging the frame afterwards does what was explained.
  ///
  /// Rules are asked by the plain evaluator (`PlainWalk`): this takes time with the number of rules, and allocates.
  ///
  /// - Parameters: those of `judge`, and the process that its origin has the numbers of.
  public mutating func explain(
    _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, interface: Int,
    process: LocalProcess? = nil
  ) -> Explanation {
    explain(
      frame, linkType: linkType, wireLength: wireLength, time: time, from: PacketOrigin(interface: interface),
      process: process)
  }

  /// The same for a packet whose bytes do not tell all that is known of it.
  public mutating func explain(
    _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, from origin: PacketOrigin,
    process: LocalProcess?
  ) -> Explanation {
    advance(to: time)
    let interface = origin.interface
    var packet = PacketFields()
    let kind = packet.decode(frame, linkType: linkType, wireLength: max(wireLength, frame.byteCount))
    packet.noteSource(of: origin)
    let place = interfaces.indices.contains(interface) ? interfaces[interface] : nil
    let guess = self.direction(of: packet, on: place)
    let direction = origin.direction ?? guess.direction
    var explanation = Explanation(
      time: now, packet: packet, interface: place, direction: direction, directionReason: guess.reason,
      judgement: Judgement(kind: kind, verdict: .pass, decider: .endOfRules, entriesLogged: 0))
    guard kind != .notIP else {
      explanation.scope = .notIP
      return explanation
    }
    guard isOn else {
      explanation.scope = .switchedOff
      return explanation
    }
    var facts = PacketFacts(time: now)
    facts.frame = (0..<frame.byteCount).compactMap { frame.wire8(at: $0) }
    facts.interface = place
    facts.interfaceNumber = interface
    facts.direction = direction
    facts.process = process
    if packet.has(.addresses) { gatherProtection(of: packet.source, &facts) }
    facts.appliedAt = appliedAt
    gatherTimes(&facts)
    facts.isMinuteOpen = tables.triggerQuota.isOpen(at: now)
    follow(fragment: &explanation)
    facts.packet = explanation.packet
    explain(facts, &explanation)
    return explanation
  }

  /// What the timer's idle check would do at `tick`, judged by the counters as they are; without a packet most of the
  /// explanation means nothing.
  mutating func explainIdleCheck(at tick: Timestamp) -> Explanation {
    var facts = PacketFacts(time: tick)
    facts.appliedAt = appliedAt
    gatherTimes(&facts)
    var explanation = Explanation(
      time: tick, packet: PacketFields(), interface: nil, direction: .inbound, directionReason: .noSource,
      judgement: Judgement(kind: .notIP, verdict: .pass, decider: .endOfRules, entriesLogged: 0))
    var walk = plainWalk(facts)
    walk.walkIdleRules()
    explanation.adopt(walk, from: counters)
    return explanation
  }

  private mutating func gatherTimes(_ facts: inout PacketFacts) {
    facts.secondOfDay = localClock.secondOfDay(at: facts.time)
    facts.dayOfWeek = localClock.dayOfWeek(at: facts.time)
  }

  private func gatherProtection(of source: IPAddress, _ facts: inout PacketFacts) {
    let protected = rules.ruleSet.settings.protectedNetworks + protectedHosts.ranges
    let entry = tables.rangeKept(for: source, in: .trigger)
    facts.protectionOfSource = protected.first { $0.contains(source) && $0.first.isIPv4 == source.isIPv4 }
    facts.protectionFromTrigger = protected.first { range in
      range.first.isIPv4 == source.isIPv4 && range.first <= entry.last && entry.first <= range.last
    }
  }

  // MARK: Before the rules

  private func direction(
    of packet: PacketFields, on interface: EngineInterface?
  ) -> (direction: Direction, reason: Explanation.DirectionReason) {
    if interface?.isLoopback == true { return (.inbound, .loopback) }
    guard packet.has(.addresses) else { return (.inbound, .noSource) }
    return local.contains(packet.source) ? (.outbound, .sourceIsLocal) : (.inbound, .sourceIsNotLocal)
  }

  /// A first fragment leaves its ports behind, a later one takes them.
  private func follow(fragment explanation: inout Explanation) {
    let packet = explanation.packet
    if let entry = tables.fragments.entry(of: packet) { explanation.changes.append(.fragment(entry)) }
    if let evicted = tables.fragments.makingWay(for: packet, now: now) {
      explanation.changes.append(.evicted(.fragment(evicted)))
    }
    if let ports = tables.fragments.ports(for: packet, now: now) { explanation.packet.take(ports: ports) }
  }

  private func builtInReason(_ kind: FrameKind, _ facts: PacketFacts) -> BuiltInReason? {
    switch kind {
    case .unknownVersion: return .notIP
    case _ where facts.packet?.version == 6 && rules.blocksIPv6 && facts.interface?.isLoopback != true:
      return .blockedIPv6
    case .shortIPHeader: return .shortIPHeader
    case .shortTCPHeader: return .shortTCPHeader
    case .shortHeader: return .shortHeader
    case .ip, .notIP: return nil
    }
  }

  // MARK: The rules, and what follows

  private mutating func explain(_ facts: PacketFacts, _ explanation: inout Explanation) {
    guard let packet = facts.packet else { return }
    var facts = facts
    if let reason = builtInReason(explanation.judgement.kind, facts) {
      return decide(before: reason, facts, &explanation)
    }
    let flow = flow(of: packet, facts)
    let isFiltered = facts.interface?.isFiltered == true
    recall(flow, packet, &facts)
    explanation.connection = facts.connection
    if isFiltered { count(sourceOf: packet, &explanation) }

    var walk = plainWalk(facts)
    if isFiltered { walk.walkRules() } else { explanation.scope = .unfiltered }
    var lastChanges: [Explanation.Change] = []
    if walk.refusesPacket {
      lastChanges += refuse(&walk, &explanation)
    } else {
      finish(&walk, &explanation)
      lastChanges += close(walk, &explanation)
    }
    if explanation.judgement.verdict.letsThrough, let entered = enter(flow, packet, &walk) {
      lastChanges.append(.connection(before: facts.connection, after: entered.after))
      explanation.judgement.isRateBound = rareQuestions.contains(.rates) && entered.after.isRateBound
      lastChanges += [entered.evicted].compactMap { $0.map { .evicted(.connection($0)) } }
    }
    if explanation.judgement.verdict == .delay {
      lastChanges.append(.delayed(count: tables.delays.held(at: now) + (tables.delays.nanoseconds > 0 ? 1 : 0)))
    }
    explanation.adopt(walk, from: counters)
    explanation.changes += lastChanges
  }

  /// What is remembered of the packet's flow, its source and the segment before it.
  private mutating func recall(_ flow: FlowKey, _ packet: PacketFields, _ facts: inout PacketFacts) {
    let now = now
    facts.connection = tables.connections.peek(flow, now: now)
    facts.isAnnounced = (facts.connection == nil || packet.isSYN) && tables.announces(packet, now: now)
    gatherProofs(of: packet, flow, &facts)
    if packet.has(.addresses) { facts.sourceRate = tables.sourceRates?.rate(of: packet.source, now: now) ?? 0 }
    let segments = FlowKey(packet, direction: facts.direction)
    facts.handshakeBeginning =
      tables.handshakes?.beginning(before: packet, of: segments, now: now).map { Array($0) } ?? []
  }

  /// Which rules may enter the packet's source, as far as its proof is concerned.
  private func gatherProofs(of packet: PacketFields, _ flow: FlowKey, _ facts: inout PacketFacts) {
    let settings = rules.ruleSet.settings
    guard settings.triggerProof != .none, packet.has(.addresses) else { return }
    let triggers = Set(
      rules.ruleSet.rules.indices.filter { rules.ruleSet.rules[$0].action.operation == .trigger }.map {
        rules.labels[$0]
      })
    if settings.triggerProof == .handshake, packet.protocolNumber == IPProtocol.tcp, facts.direction == .inbound {
      let numbers = facts.frame.withRawSpan { TCPNumbers(of: packet, in: $0) }
      let isProven = numbers.map { tables.connections.isProven(by: $0, of: flow, now: now) }
      facts.provenTriggers = isProven == true ? triggers : []
    } else {
      let source = tables.rangeKept(for: packet.source, in: .trigger)
      for label in triggers where tables.candidates?.foresee(source, matchedBy: label, now: now) ?? true {
        facts.provenTriggers.insert(label)
      }
    }
  }

  /// Where rules ask for rates, every packet that comes to them counts for its source.
  private func count(sourceOf packet: PacketFields, _ explanation: inout Explanation) {
    guard packet.has(.addresses), let foreseen = tables.sourceRates?.foreseen(packet.source, now: now) else { return }
    explanation.changes.append(.source(before: foreseen.before, after: foreseen.after))
    if let evicted = foreseen.evicted { explanation.changes.append(.evicted(.source(evicted))) }
  }

  /// An ICMP error belongs to the flow that it quotes, if that is known and the error goes to its sender.
  private func flow(of packet: PacketFields, _ facts: PacketFacts) -> FlowKey {
    let quoted = facts.frame.withRawSpan { packet.quotedPacket(in: $0) }
    if let quoted, quoted.source == packet.destination {
      let flow = FlowKey(quoted: quoted, byErrorGoing: facts.direction)
      if tables.connections.peek(flow, now: now) != nil { return flow }
    }
    return FlowKey(packet, direction: facts.direction)
  }

  /// What becomes of the flow of a packet that is let through; where it is bound to another rate, that is told.
  private func enter(_ flow: FlowKey, _ packet: PacketFields, _ walk: inout PlainWalk) -> ConnectionTable.Foresight? {
    let labels = walk.labels
    let foreseen = tables.connections.foreseen(
      flow, packet, now: now, interface: UInt16(truncatingIfNeeded: walk.facts.interfaceNumber),
      rates: (walk.inboundRate.map { labels[$0] } ?? 0, walk.outboundRate.map { labels[$0] } ?? 0))
    guard let foreseen else { return nil }
    if foreseen.newRates == [.inbound, .outbound], walk.inboundRate == walk.outboundRate {
      tellRate(foreseen.newRates, of: walk.inboundRate, &walk)
    } else {
      if foreseen.newRates.contains(.inbound) { tellRate(.inbound, of: walk.inboundRate, &walk) }
      if foreseen.newRates.contains(.outbound) { tellRate(.outbound, of: walk.outboundRate, &walk) }
    }
    return foreseen
  }

  private func tellRate(_ directions: RateDirections, of rule: Int?, _ walk: inout PlainWalk) {
    guard let rule, case .rate(let bitsPerSecond) = rules.ruleSet.rules[rule].argument else { return }
    var event = EngineEvent(time: now, kind: .rateLimit, label: walk.labels[rule], isLogged: false)
    event.rate = bitsPerSecond
    event.rateDirections = directions
    walk.report(event)
  }

  private func plainWalk(_ facts: PacketFacts) -> PlainWalk {
    let source = facts.packet.flatMap { $0.has(.addresses) ? $0.source : nil }
    return PlainWalk(
      PlainRules(rules), facts, labels: rules.labels, counters: counters,
      sources: SourceEntries(of: source, in: tables, at: facts.time, duration: rules.addressDuration))
  }

  private func decide(before reason: BuiltInReason, _ facts: PacketFacts, _ explanation: inout Explanation) {
    explanation.scope = .decidedBefore(reason)
    explanation.judgement.decider = .builtIn(reason)
    let isDeleted = reason == .blockedIPv6 || reason != .notIP && rules.deletesMalformed
    explanation.judgement.verdict = isDeleted ? .delete : .pass
    var walk = plainWalk(facts)
    if walk.isObserving { explanation.judgement.verdict = .pass }
    if reason == .shortTCPHeader, !walk.isObserving {
      _ = walk.sources.keep(in: .invalid, at: facts.time, triggeredBy: RuleLabels.builtIn)
    }
    if reason != .blockedIPv6 { walk.report(builtIn: reason, isDeleted ? .delete : .pass) }
    explanation.adopt(walk, from: counters)
  }

  /// The verdict of the rule that ended the walk. `Delay` holds inbound packets only, and only while there is room.
  private func finish(_ walk: inout PlainWalk, _ explanation: inout Explanation) {
    guard let leaf = walk.leaf, let verdict = rules.ruleSet.rules[leaf].action.operation.verdict else { return }
    explanation.judgement.decider = .rule(Int32(leaf))
    explanation.judgement.verdict = verdict
    guard verdict == .delay else { return }
    if explanation.direction == .outbound {
      explanation.judgement.verdict = .pass
      walk.note(.passesOutbound, of: leaf)
    } else if tables.delays.held(at: now) >= tables.delays.capacity {
      explanation.judgement.verdict = .pass
      explanation.judgement.decider = .builtIn(.delayTableFull)
      walk.note(.delayTableFull, of: leaf)
      if !walk.isLogSuppressed { walk.report(builtIn: .delayTableFull, .pass) }
    } else {
      walk.note(.decides(.delay), of: leaf)
    }
  }
}

extension PlainWalk {
  /// The log entry of rule 0.
  mutating func report(builtIn reason: BuiltInReason, _ kind: EngineEvent.Kind) {
    report(EngineEvent(time: facts.time, kind: kind, reason: reason, label: RuleLabels.builtIn, isLogged: true))
  }
}

extension Explanation {
  /// Takes over what a walk found.
  fileprivate mutating func adopt(_ walk: PlainWalk, from counters: [RuleCounters]) {
    visits = walk.visits
    events = walk.events
    judgement.entriesLogged = events.count { $0.isLogged }
    changes += walk.counted.map { .counters(rule: $0, before: counters[$0], after: walk.counters[$0]) }
    for change in walk.sources.changes {
      changes.append(.address(change.table, before: change.before, after: change.after))
      if let evicted = change.evicted { changes.append(.evicted(.address(change.table, evicted))) }
    }
    guard let source = walk.facts.packet?.source else { return }
    for obstacle in walk.obstacles {
      if obstacle == .protected, let range = walk.facts.protectionFromTrigger {
        changes.append(.preventedTrigger(source: source, protected: range))
      } else {
        changes.append(.withheldTrigger(source: source, obstacle))
      }
    }
  }
}
