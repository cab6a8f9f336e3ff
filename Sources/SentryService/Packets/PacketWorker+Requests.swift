internal import SentryCapture
internal import SentryEngine
internal import SentryNetfilter
internal import SentryPacket
internal import SentryRules
internal import SentryState

// What others ask of the packet thread.

extension PacketWorker {
  var isOn: Bool {
    get { engine.isOn }
    set {
      engine.isOn = newValue
      guard !newValue else { return }
      letWaitingGo()
      releaseAll()
    }
  }

  /// Puts other rules in force; returns those that were, for the caller to let go, and what they have judged.
  ///
  /// - Parameter isOnTrial: no table gets smaller before `settleRoom`.
  mutating func install(_ rules: LoadedRules, pairing: RulePairing, isOnTrial: Bool = false) -> Replacement {
    let makingWay = engine.excess(under: rules)
    let before = interfaceSnapshots()
    let judged = judgedByCurrentRules
    let counters = engine.rules.measuredRules.isEmpty ? [] : engine.counters
    let interfaces = intake.settled(engine.interfaces.map { $0.configured(by: rules.ruleSet) })
    let old = engine.install(rules, pairing: pairing, interfaces: interfaces, keepsRoom: isOnTrial)
    endFlows()
    followOwners(rules)
    retired.append(GenerationCount(generation: old.generation, judged: judged))
    if retired.count > Self.generationsRemembered { retired.removeFirst() }
    for source in sources { source.counts.rulesReplaced() }
    do {
      try queue?.setNextHops(rules.nextHops)
    } catch {
      setQueueProblem(error)
    }
    bridge?.setDelayCapacity(rules.ruleSet.settings.delayCapacity)
    if let warning = intake.warning(about: rules) { remark([warning]) }
    return Replacement(
      rules: old, judged: judged, interfaces: before, spared: engine.takeSpared(), makingWay: makingWay,
      replacedCounters: counters,
      counters: rules.measuredRules.isEmpty ? [] : engine.counters)
  }

  /// The rules in force are on trial no more: the tables get the sizes that they say.
  mutating func settleRoom() {
    endFlows()
    engine.settleRoom()
  }

  private static let generationsRemembered = 16

  mutating func setLocal(_ local: AddressSpans) { engine.setLocal(local) }

  /// Protects other addresses besides those of the rules in force.
  ///
  /// - Returns: the entries that left table trigger.
  mutating func setProtectedHosts(_ hosts: AddressSpans) -> [AddressRange] {
    endFlows()
    engine.setProtectedHosts(hosts)
    return engine.takeSpared()
  }

  /// Adds what the kernel has decided by itself, by rules' places in document order.
  mutating func credit(_ counts: [KernelCount]) {
    let now = WallClock.now()
    for count in counts { engine.credit(rule: count.rule, matches: count.packets, bytes: count.bytes, at: now) }
  }

  // What people do to the tables happens now, also when no packet has moved the clock for a while.

  mutating func add(_ additions: [AddressAddition], to kind: AddressTableKind) -> TableChange {
    advance(to: WallClock.now())
    return engine.add(additions, to: kind)
  }

  mutating func remove(_ ranges: [AddressRange], from kind: AddressTableKind) -> [Bool] {
    advance(to: WallClock.now())
    return engine.remove(ranges, from: kind)
  }

  mutating func clear(_ kind: AddressTableKind) -> Int {
    advance(to: WallClock.now())
    return engine.clear(kind)
  }

  /// Opens again, where that succeeds, the interfaces that were lost and are among the named ones, which are up.
  mutating func reopen(_ names: Set<String>) {
    if let queue { return followInterfaces(of: queue) }
    for (index, source) in sources.enumerated() where source.problem != nil && names.contains(source.name) {
      guard let remarks = try? Self.open(source, index, intake, &poll) else { continue }
      notices.append(.interfaceReturned(name: source.name, at: WallClock.now()))
      remark(remarks)
    }
  }

  /// The queue goes on when an interface vanishes; but people should know.
  private mutating func followInterfaces(of queue: QueueSource) {
    let before = queue.interfaceIndexes
    queue.refreshInterfaceIndexes()
    if queue.interfaceIndexes != before { endFlows() }
    for (source, index) in zip(sources, queue.interfaceIndexes) where (index == 0) != (source.problem != nil) {
      let now = WallClock.now()
      if index == 0 {
        let reason = "the system has no such interface now"
        source.close(because: reason)
        notices.append(.interfaceLost(name: source.name, reason: reason, at: now))
      } else {
        source.openWithoutCapture()
        notices.append(.interfaceReturned(name: source.name, at: now))
      }
    }
  }

  /// Judges a frame as if it had come from an interface.
  mutating func judge(_ frame: RawSpan, linkType: LinkType, time: Timestamp, interface index: Int) {
    let before = engine.totals
    _ = judged(frame, linkType, frame.byteCount, time, PacketOrigin(interface: index))
    if sources.indices.contains(index) {
      sources[index].counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
    }
  }
}

extension EngineInterface {
  /// The same interface with another document's settings.
  fileprivate func configured(by ruleSet: RuleSet) -> EngineInterface {
    EngineInterface(name: name, isLoopback: isLoopback, in: ruleSet)
  }
}
