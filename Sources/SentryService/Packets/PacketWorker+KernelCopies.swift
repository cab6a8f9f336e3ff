internal import SentryCapture
internal import SentryEngine
internal import SentryNetfilter
internal import SentryPacket
internal import SentryState

// What the kernel knows of the tables and of flows, and what it counts for them.

extension PacketWorker {
  /// What has changed in the tables that the kernel has a copy of. If the other side just takes what is there, it waits for
  /// the next time.
  mutating func handOverChanges() {
    guard hasChanges else { return }
    _ = changes.fillIfFree { takeChanges(into: &$0) }
  }

  var hasChanges: Bool { isCopied && (engine.hasChanges(of: .trigger) || engine.hasChanges(of: .authorize)) }

  private mutating func takeChanges(into contents: inout ChangeQueue.Contents) {
    let flows = flows
    engine.takeChanges(of: .trigger) {
      contents.append($0, isIncomplete: $1, haveRangesChanged: $2)
      flows.append($0, isIncomplete: $1, haveRangesChanged: $2)
    }
    engine.takeChanges(of: .authorize) {
      contents.append(authorized: $0, isIncomplete: $1 || $2)
      flows.append($0, isIncomplete: $1, haveRangesChanged: $2)
    }
  }

  /// Changes of a table that may happen between two turns of the loop; of more, all of it is told anew.
  private static let changesPerTurn = 16_384

  /// Tells what `question` asks of the triggered addresses, behind all changes until now; from here on all changes are told.
  mutating func tell(_ question: TableQuestion) {
    if !isCopied {
      isCopied = true
      recordChanges()
    }
    advance(to: WallClock.now())
    let answer = answer(question)
    changes.fill { contents in
      takeChanges(into: &contents)
      contents.append(answer)
    }
  }

  /// Puts a checkpoint behind all changes until now.
  mutating func set(checkpoint number: UInt64) {
    changes.fill { contents in
      if isCopied { takeChanges(into: &contents) }
      contents.append(.checkpoint(number))
    }
  }

  private func answer(_ question: TableQuestion) -> TableAnswer {
    switch question {
    case .count: .count(engine.tables.count(of: .trigger, now: engine.now))
    case .ranges: .ranges(engine.tables.rangeEntries(of: .trigger, now: engine.now))
    case .everything(let isRepair):
      .everything(
        KernelSets.Contents(
          triggered: entries(of: .trigger), authorized: entries(of: .authorize).map(\.range),
          local: engine.local.ranges + engine.rules.protectedNetworks.ranges + engine.protectedHosts.ranges),
        isRepair: isRepair)
    }
  }

  /// There is no copy any more.
  mutating func stopTellingChanges() {
    isCopied = false
    recordChanges()
  }

  /// Has those tables tell their changes whose changes matter to somebody.
  mutating func recordChanges() {
    for kind in AddressTableKind.allCases {
      let isNeeded = keepsFlows || isCopied && kind.isCopied
      guard isNeeded != engine.recordsChanges(of: kind) else { continue }
      if isNeeded {
        engine.recordChanges(of: kind, capacity: Self.changesPerTurn)
      } else {
        engine.stopRecordingChanges(of: kind)
      }
    }
  }

  /// Adds what triggered addresses have met in the kernel.
  mutating func credit(_ hits: [KernelSets.Hit]) {
    for hit in hits { engine.credit(hit.range, in: .trigger, hits: hit.packets, at: hit.time) }
  }

  // MARK: Flows in the kernel

  /// Whether packets of flows may stay in the kernel.
  var keepsFlows: Bool {
    get { engine.asksAboutFlowsFrom != nil }
    set {
      engine.asksAboutFlowsFrom = newValue ? Engine.firstPacketAskedAbout : nil
      recordChanges()
      // Whatever was told before is void.
      flows.removeAll()
      if newValue { flows.append(.everything) }
    }
  }

  /// Behind the flows that may stay stands what takes flows out: what was judged before a table changed never outlasts that.
  mutating func handOverFlows() {
    guard keepsFlows else { return }
    let flows = flows
    for kind in AddressTableKind.allCases where !(isCopied && kind.isCopied) && engine.hasChanges(of: kind) {
      engine.takeChanges(of: kind) { flows.append($0, isIncomplete: $1, haveRangesChanged: $2) }
    }
    flows.note(evictions: engine.tables.connections.evictions)
    flows.handOver(to: flowQueue)
  }

  /// What stays in the kernel has to be judged anew.
  func endFlows() {
    if keepsFlows { flows.append(.everything) }
  }

  @inline(never)
  mutating func note(_ news: FlowNews, of packet: QueuedPacket) {
    let flow = KernelFlow(engine.packet, going: packet.direction, interface: packet.interfaceIndex)
    switch news {
    case .none: break
    case .stays: flows.append(.stays(flow, engine.steadyPath.rules))
    case .ends: flows.append(.ends(flow))
    }
  }

  /// Adds what flows have carried in the kernel, by the rules of that generation.
  mutating func credit(_ reading: FlowReading, generation: UInt32) {
    let now = WallClock.now()
    advance(to: now)
    for (flow, traffic) in reading.flows {
      let place = queue?.interfaceIndexes.firstIndex(of: flow.interface) ?? sources.count
      if sources.indices.contains(place) {
        sources[place].counts.count(flow.direction, packets: traffic.packets, bytes: traffic.bytes)
      }
      let mayStay = engine.credit(traffic, flow.key, going: flow.direction, interface: place, at: now)
      if keepsFlows, !mayStay { flows.append(.ends(flow)) }
    }
    guard generation == engine.rules.generation else { return }
    for (rule, traffic) in reading.rules {
      engine.credit(rule: Int(rule), matches: traffic.packets, bytes: traffic.bytes, at: now)
    }
  }
}

extension AddressTableKind {
  /// The kernel's sets of blocked addresses depend on it.
  fileprivate var isCopied: Bool { self == .trigger || self == .authorize }
}
