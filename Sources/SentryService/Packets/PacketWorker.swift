internal import SentryCapture
internal import SentryEngine
internal import SentryNetfilter
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What the packet thread owns, and what it does with it: the captures, the engine, and the loop between them.
///
/// One turn of the loop, in this order (`turn`):
/// 1. wait for frames, a request, or the next full second;
/// 2. judge what waited to know whose it is, where rules ask for that;
/// 3. judge a batch from each interface that has frames;
/// 4. let the clock move on, once a second;
/// 5. hand over the events;
/// 6. carry out requests.
///
/// Nobody else reads this memory. Others post requests (`PacketThread.perform`), which run here between two batches and
/// copy out what they need.
struct PacketWorker: ~Copyable {
  /// Frames taken from one interface before the others get their turn.
  private static let batch = 512
  private static let wakeTag = UInt64.max
  private static let queueTag = UInt64.max - 1
  private static let ownerTag = UInt64.max - 2
  /// How long frames may wait in the ring before they are seen: the engine's clock stays that far behind, so that they are
  /// not dated later than they were.
  private static let ringDelayNanoseconds: Int64 = 150_000_000

  private(set) var engine: Engine
  private let mailbox: Mailbox
  private let events: EventQueue
  private let intake: PacketIntake
  /// For the kernel's copy of the triggered addresses.
  private let changes: ChangeQueue
  private var isCopied = false
  /// For flows that may stay in the kernel.
  private let flowQueue: FlowQueue
  private let flows = FlowNotes()
  private var poll: DescriptorPoll
  private let sources: [InterfaceSource]
  /// In queue mode only; its packets count for `sources`, which capture nothing then.
  private let queue: QueueSource?
  /// In bridge mode only, between the two `sources`.
  private let bridge: Bridge?
  /// While rules ask for the processes behind packets.
  private var owners: OwnerDesk?
  private var hasAnswers = false
  /// Verdicts are carried out, and so are limits of rates.
  private let paces: Bool
  private var isQueueReadable = false
  /// Why the queue gave no packets when it was last asked.
  private var queueProblem: CaptureError?
  /// Positions in `sources` that have frames, filled by each wait.
  private var readable: [Int] = []
  private var hasRequests = false
  private var isStopping = false
  private var notices: [EventQueue.Notice] = []
  /// The whole second, since 1970, in which the loop last did its once-a-second work.
  private var second: Int64
  /// What earlier rule sets have judged, oldest first; the latest few.
  private var retired: [GenerationCount] = []

  /// Opens the interfaces in their order, or the queue.
  ///
  /// - Throws: what kept the first that failed from being opened.
  init(
    rules: LoadedRules, interfaces: [EngineInterface], local: LocalNetworks, intake: PacketIntake,
    mailbox: Mailbox, events: EventQueue, changes: ChangeQueue, flows: FlowQueue
  ) throws(CaptureError) {
    var poll = DescriptorPoll()
    poll.add(mailbox.wake.descriptor, tag: Self.wakeTag)
    let sources = interfaces.map { InterfaceSource(name: $0.name) }
    var remarks: [String] = []
    for (index, source) in sources.enumerated() { remarks += try Self.open(source, index, intake, &poll) }
    let queue = try Self.queue(of: intake, for: sources, rules)
    if let queue { poll.add(queue.descriptor, tag: Self.queueTag) }

    engine = Engine(rules: rules, interfaces: interfaces, local: local)
    self.mailbox = mailbox
    self.events = events
    self.intake = intake
    self.changes = changes
    flowQueue = flows
    self.queue = queue
    bridge = Self.bridge(of: intake, between: sources, rules)
    paces = intake.paces
    self.poll = poll
    self.sources = sources
    readable.reserveCapacity(sources.count)
    second = WallClock.now().seconds
    remark(remarks)
    followOwners(rules)
  }

  private static func open(
    _ source: InterfaceSource, _ index: Int, _ intake: PacketIntake, _ poll: inout DescriptorPoll
  ) throws(CaptureError) -> [String] {
    var remarks: [String] = []
    switch intake {
    case .none, .queue: return []
    case .watch(let options): try source.open(options)
    case .bridge: remarks = try source.openPort()
    }
    if let descriptor = source.descriptor { poll.add(descriptor, tag: UInt64(index)) }
    return remarks
  }

  private static func bridge(of intake: PacketIntake, between sources: [InterfaceSource], _ rules: LoadedRules)
    -> Bridge?
  {
    guard case .bridge(let bridge) = intake, let first = sources.first, let last = sources.last else { return nil }
    return Bridge(first, last, isDryRun: bridge.isDryRun, delayCapacity: rules.ruleSet.settings.delayCapacity)
  }

  private static func queue(
    of intake: PacketIntake, for sources: [InterfaceSource], _ rules: LoadedRules
  ) throws(CaptureError) -> QueueSource? {
    guard case .queue(let queue) = intake else { return nil }
    return try QueueSource(queue, interfaces: sources.map(\.name), rules: rules)
  }

  // MARK: The loop

  /// Works until it is told to stop.
  mutating func run() {
    while !isStopping { turn() }
    letWaitingGo()
    releaseAll()
    emptyQueue()
    handOver()
    for request in mailbox.close() { request(&self) }
  }

  /// Ends `run` after the current turn.
  mutating func stop() { isStopping = true }

  /// Lets go of all that is held, and of all that waits for its rate.
  private mutating func releaseAll() {
    let outlet = RateOutlet(queue: queue, bridge: bridge)
    queue?.releaseAll()
    bridge?.releaseAll()
    engine.releaseRates(release: outlet.release, update: outlet.update)
    queue?.flush()
  }

  /// Decides about all that waits in the kernel queue, and lets go of what is held. Should somebody else go on to feed the queue,
  /// this ends all the same.
  mutating func emptyQueue() {
    guard let queue else { return }
    var turns = 0
    repeat {
      isQueueReadable = true
      judgeBatch(from: queue)
      letWaitingGo()
      releaseAll()
      turns += 1
    } while queue.isWaitedIn && turns < Self.turnsToEmptyQueue
  }

  /// Enough for a full queue several times over.
  private static let turnsToEmptyQueue = 128

  private mutating func tickRates() {
    let outlet = RateOutlet(queue: queue, bridge: bridge)
    engine.tickRates(now: WallClock.now(), release: outlet.release, update: outlet.update)
    queue?.flush()
  }

  private mutating func turn() {
    wait()
    if paces { tickRates() }
    if let bridge { bridge.release(now: WallClock.now(), delay: engine.tables.delays.nanoseconds) }
    judgeWaiting()
    for index in readable { judgeBatch(from: index) }
    if let queue { judgeBatch(from: queue) }
    keepTime()
    handOver()
    guard hasRequests else { return }
    for request in mailbox.takeAll() { request(&self) }
  }

  private mutating func wait() {
    readable.removeAll(keepingCapacity: true)
    hasRequests = false
    hasAnswers = false
    isQueueReadable = false
    do {
      for index in 0..<(try poll.wait(milliseconds: patience)) { note(poll.tag(index)) }
    } catch {
      // Only a broken descriptor brings us here: look everywhere rather than wait.
      hasRequests = true
      hasAnswers = true
      isQueueReadable = true
      readable.append(contentsOf: sources.indices)
    }
  }

  private mutating func note(_ tag: UInt64?) {
    switch tag {
    case Self.wakeTag, nil: hasRequests = true
    case Self.queueTag: isQueueReadable = true
    case Self.ownerTag: hasAnswers = true
    case let index?: if index < UInt64(sources.count) { readable.append(Int(index)) }
    }
  }

  private mutating func judgeBatch(from index: Int) {
    let source = sources[index]
    let before = engine.totals
    do {
      if let bridge { return try judgeBatch(from: source, index, through: bridge) }
      _ = try source.dispatch(maximum: Self.batch) { frame, linkType, header in
        var origin = PacketOrigin(interface: index)
        guard complete(&origin, frame, linkType, header.wireLength, .captured(linkType, header)) else { return }
        _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, from: origin)
      }
    } catch {
      lose(index, because: "\(error)")
    }
    source.counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
  }

  /// Judges what waits at one side of the bridge and carries out the verdicts.
  private mutating func judgeBatch(
    from source: InterfaceSource, _ index: Int, through bridge: Bridge
  ) throws(CaptureError) {
    let before = engine.totals
    defer { source.counts.add(from: before, to: engine.totals, isJudging: engine.isOn) }
    let direction: Direction = engine.interfaces[index].isExternal ? .inbound : .outbound
    let origin = PacketOrigin(interface: index, direction: direction)
    let cut = bridge.counts.cut
    _ = try source.dispatch(maximum: Self.batch) { frame, linkType, header in
      let judgement = engine.judge(
        frame, linkType: linkType, wireLength: header.wireLength, time: header.time, from: origin)
      let pacing = judgement.isRateBound && paces ? engine.pace(frame, now: header.time) : .free
      bridge.carryOut(judgement, pacing, on: frame, header, from: index, going: direction, engine)
    }
    if bridge.counts.cut != cut { takeLongFrames(from: source, index) }
  }

  /// Opens one side of the bridge again, for frames of any length. Once is all that can be done.
  private mutating func takeLongFrames(from source: InterfaceSource, _ index: Int) {
    guard source.expectLongFrames() else { return }
    close(source, because: "frames longer than its MTU came")
    reopen([source.name])
    if source.problem == nil { remark(["\(source.name): frames longer than its MTU come; they pass from now on"]) }
  }

  private mutating func remark(_ texts: [String]) {
    for text in texts { notices.append(.remark(text, at: WallClock.now())) }
  }

  /// Lets go of what was held long enough, then judges what waits.
  private mutating func judgeBatch(from queue: QueueSource) {
    let now = WallClock.now()
    queue.release(now: now, delay: engine.tables.delays.nanoseconds)
    guard isQueueReadable else { return }
    do {
      try queue.dispatch { bytes, packet, origin in
        var origin = origin
        guard complete(&origin, bytes, .raw, packet.wireLength, .queued(packet)) else {
          return queue.keepWaiting(packet)
        }
        judge(packet, bytes, origin, through: queue, now: now)
      }
      setQueueProblem(nil)
    } catch {
      setQueueProblem(error)
    }
  }

  private mutating func judge(
    _ packet: QueuedPacket, _ bytes: RawSpan, _ origin: PacketOrigin, through queue: QueueSource, now: Timestamp
  ) {
    let judgement = engine.judge(bytes, linkType: .raw, wireLength: packet.wireLength, time: now, from: origin)
    if sources.indices.contains(origin.interface) {
      sources[origin.interface].counts.count(packet.direction, isJudged: engine.isOn)
    }
    if judgement.flow != .none { note(judgement.flow, of: packet) }
    let pacing = judgement.isRateBound && paces ? engine.pace(bytes, now: now) : .free
    queue.carryOut(judgement, pacing, on: packet, bytes, engine, now: now)
  }

  /// Tells when trouble with the queue begins and when it is over.
  private mutating func setQueueProblem(_ error: CaptureError?) {
    switch (queueProblem, error) {
    case (nil, let error?): notices.append(.queueFailed(reason: "\(error)", at: WallClock.now()))
    case (.some, nil): notices.append(.queueRecovered(at: WallClock.now()))
    default: break
    }
    queueProblem = error
  }

  /// Goes on without an interface that broke; `reopen` may bring it back.
  private mutating func lose(_ index: Int, because reason: String) {
    let source = sources[index]
    close(source, because: reason)
    let consequence = bridge == nil ? "" : "; the bridge passes nothing until it is back"
    notices.append(.interfaceLost(name: source.name, reason: reason + consequence, at: WallClock.now()))
  }

  /// What the kernel has counted for it until now is not lost.
  private mutating func close(_ source: InterfaceSource, because reason: String) {
    if let descriptor = source.descriptor { poll.remove(descriptor) }
    _ = source.statistics()
    source.close(because: reason)
  }

  private mutating func keepTime() {
    let now = WallClock.now()
    guard now.seconds != second else { return }
    second = now.seconds
    // An interface that went down before it vanished wakes nobody: only looking tells.
    for index in sources.indices { judgeBatch(from: index) }
    advance(to: now)
    for source in sources { source.secondPassed() }
  }

  private mutating func advance(to now: Timestamp) {
    let delay = queue == nil && bridge == nil ? Self.ringDelayNanoseconds : 0
    engine.advance(to: Timestamp(nanoseconds: now.nanoseconds - delay))
  }

  private mutating func handOver() {
    handOverChanges()
    handOverFlows()
    guard engine.hasEvents || !notices.isEmpty else { return }
    _ = events.fillIfFree { queue in
      engine.takeEvents { queue.append($0) }
      queue.notices.append(contentsOf: notices)
      notices.removeAll()
    }
  }

  /// What has changed in the tables that the kernel has a copy of. If the other side just takes what is there, it waits for
  /// the next time.
  private mutating func handOverChanges() {
    guard hasChanges else { return }
    _ = changes.fillIfFree { takeChanges(into: &$0) }
  }

  private var hasChanges: Bool { isCopied && (engine.hasChanges(of: .trigger) || engine.hasChanges(of: .authorize)) }

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

  /// Behind the flows that may stay stands what takes flows out: what was judged before a table changed never outlasts that.
  private mutating func handOverFlows() {
    guard keepsFlows else { return }
    let flows = flows
    for kind in AddressTableKind.allCases where !(isCopied && kind.isCopied) && engine.hasChanges(of: kind) {
      engine.takeChanges(of: kind) { flows.append($0, isIncomplete: $1, haveRangesChanged: $2) }
    }
    flows.note(evictions: engine.tables.connections.evictions)
    flows.handOver(to: flowQueue)
  }

  /// Milliseconds until there is something to do without anybody asking: at most to the next full second.
  private var patience: Int32 {
    if engine.hasEvents || !notices.isEmpty || hasChanges || !flows.isEmpty { return 10 }
    let now = WallClock.now()
    var nanoseconds = Timestamp.nanosecondsPerSecond - now.nanoseconds % Timestamp.nanosecondsPerSecond
    if let release = queue?.nanosecondsToRelease(now: now, delay: engine.tables.delays.nanoseconds) {
      nanoseconds = min(nanoseconds, release)
    }
    if let release = bridge?.nanosecondsToRelease(now: now, delay: engine.tables.delays.nanoseconds) {
      nanoseconds = min(nanoseconds, release)
    }
    if let work = owners?.nanosecondsToWork(now: UptimeClock.now()) { nanoseconds = min(nanoseconds, work) }
    if let tick = engine.nanosecondsToRateTick(now: now) { nanoseconds = min(nanoseconds, tick) }
    return Int32(nanoseconds / 1_000_000) + 1
  }

  // MARK: Requests

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
  mutating func install(_ rules: LoadedRules, pairs: [Int32]) -> Replacement {
    let before = interfaceSnapshots()
    let judged = judgedByCurrentRules
    let interfaces = intake.settled(engine.interfaces.map { $0.configured(by: rules.ruleSet) })
    let old = engine.install(rules, pairs: pairs, interfaces: interfaces)
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
    return Replacement(rules: old, judged: judged, interfaces: before)
  }

  // MARK: Processes

  /// Rules that ask for the processes behind packets get them where the packets are this host's; other rules pay nothing.
  private mutating func followOwners(_ rules: LoadedRules) {
    guard rules.asksForOwners, intake.tellsOwners else {
      letWaitingGo()
      if let descriptor = owners?.descriptor { poll.remove(descriptor) }
      owners = nil
      return
    }
    if let owners { return owners.follow(rules.program) }
    owners = OwnerDesk(rules.program)
    startOwnerLookup()
  }

  private mutating func startOwnerLookup() {
    guard let owners, owners.startIfDue(now: UptimeClock.now()), let descriptor = owners.descriptor else { return }
    poll.add(descriptor, tag: Self.ownerTag)
  }

  /// Fills in who is behind a packet; false if the packet must wait for that.
  @inline(__always)
  private mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way
  ) -> Bool {
    guard let owners, engine.isOn else { return true }
    return complete(&origin, bytes, linkType, wireLength, way, owners)
  }

  @inline(never)
  private mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way,
    _ owners: OwnerDesk
  ) -> Bool {
    let interface = origin.interface
    guard engine.interfaces.indices.contains(interface), engine.interfaces[interface].isFiltered else { return true }
    let name = sources.indices.contains(interface) ? sources[interface].name : ""
    return owners.complete(
      &origin, of: bytes, linkType, wireLength: wireLength, way,
      direction: { engine.direction(of: $0, onInterface: interface) },
      interface: { NetworkInterface.index(of: name) }, now: UptimeClock.now())
  }

  /// Judges the packets of which it is known by now whose they are, or that have waited long enough.
  private mutating func judgeWaiting() {
    guard let owners else { return }
    let now = UptimeClock.now()
    let hasEnded = hasAnswers && !owners.receive(now: now)
    let isStuck = owners.isStuck(now: now)
    if hasEnded || isStuck {
      if let descriptor = owners.descriptor { poll.remove(descriptor) }
      owners.lose(now: now)
      let what = isStuck ? "does not answer" : "has ended"
      remark(["the process that looks up applications and users \(what); it will be started again"])
    }
    startOwnerLookup()
    owners.giveUpOverdue(now: now)
    judgeReleased(by: owners)
  }

  /// No packet waits any longer.
  private mutating func letWaitingGo() {
    guard let owners else { return }
    owners.giveUpAll(now: UptimeClock.now())
    judgeReleased(by: owners)
  }

  private mutating func judgeReleased(by owners: OwnerDesk) {
    let now = WallClock.now()
    var isAny = false
    owners.release(now: UptimeClock.now()) { bytes, packet in
      isAny = true
      judge(packet, bytes, now: now)
    }
    if isAny { queue?.flush() }
  }

  private mutating func judge(_ packet: OwnerlessPacket, _ bytes: RawSpan, now: Timestamp) {
    switch packet.way {
    case .queued(let queued):
      guard let queue else { return }
      queue.resume()
      judge(queued, bytes, packet.origin, through: queue, now: now)
    case .captured(let linkType, let header):
      let before = engine.totals
      _ = engine.judge(
        bytes, linkType: linkType, wireLength: header.wireLength, time: header.time, from: packet.origin)
      guard sources.indices.contains(packet.origin.interface) else { return }
      sources[packet.origin.interface].counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
    }
  }

  private static let generationsRemembered = 16

  mutating func setLocal(_ local: LocalNetworks) { engine.setLocal(local) }

  /// Adds what the kernel has decided by itself, by rules' places in document order.
  mutating func credit(_ counts: [KernelCount]) {
    let now = WallClock.now()
    for count in counts { engine.credit(rule: count.rule, matches: count.packets, bytes: count.bytes, at: now) }
  }

  // MARK: The kernel's copy

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

  private func answer(_ question: TableQuestion) -> TableAnswer {
    switch question {
    case .count: .count(engine.tables.count(of: .trigger, now: engine.now))
    case .ranges: .ranges(engine.tables.rangeEntries(of: .trigger, now: engine.now))
    case .everything(let isRepair):
      .everything(
        KernelSets.Contents(
          triggered: entries(of: .trigger), authorized: entries(of: .authorize).map(\.range),
          local: engine.local.ranges),
        isRepair: isRepair)
    }
  }

  /// There is no copy any more.
  mutating func stopTellingChanges() {
    isCopied = false
    recordChanges()
  }

  /// Has those tables tell their changes whose changes matter to somebody.
  private mutating func recordChanges() {
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

  /// What stays in the kernel has to be judged anew.
  private func endFlows() {
    if keepsFlows { flows.append(.everything) }
  }

  @inline(never)
  private mutating func note(_ news: FlowNews, of packet: QueuedPacket) {
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
      if sources.indices.contains(place) { sources[place].counts.count(flow.direction, packets: traffic.packets) }
      let mayStay = engine.credit(traffic, flow.key, going: flow.direction, interface: place, at: now)
      if keepsFlows, !mayStay { flows.append(.ends(flow)) }
    }
    guard generation == engine.rules.generation else { return }
    for (rule, traffic) in reading.rules {
      engine.credit(rule: Int(rule), matches: traffic.packets, bytes: traffic.bytes, at: now)
    }
  }

  /// Adds what triggered addresses have met in the kernel.
  mutating func credit(_ hits: [KernelSets.Hit]) {
    for hit in hits { engine.credit(hit.range, in: .trigger, hits: hit.packets, at: hit.time) }
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
    _ = engine.judge(
      frame, linkType: linkType, wireLength: frame.byteCount, time: time, interface: index)
    if sources.indices.contains(index) {
      sources[index].counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
    }
  }

  // MARK: Snapshots

  /// In no order.
  func entries(of kind: AddressTableKind) -> [AddressEntry] { engine.tables.unsortedEntries(of: kind, now: engine.now) }

  private var judgedByCurrentRules: UInt64 {
    sources.reduce(0) { $0 &+ $1.counts.judgedByCurrentRules }
  }

  private func interfaceSnapshots() -> [InterfaceSnapshot] {
    zip(sources, engine.interfaces).map { source, settings in
      var statistics = source.statistics()
      // A queue tells of packets by their interface only once it has handed them over.
      if queue != nil { statistics.received = source.counts.taken }
      return InterfaceSnapshot(
        settings: settings, counts: source.counts, statistics: statistics, problem: source.problem)
    }
  }

  func snapshot() -> WorkerSnapshot {
    WorkerSnapshot(
      isOn: engine.isOn, totals: engine.totals, interfaces: interfaceSnapshots(),
      generations: retired + [GenerationCount(generation: engine.rules.generation, judged: judgedByCurrentRules)],
      tables: AddressTableKind.allCases.map { kind in
        TableSnapshot(name: kind.name, count: engine.tables.count(of: kind), changesPerSecond: engine.tableRates[kind])
      } + [
        TableSnapshot(
          name: "connections", count: engine.tables.connections.count, changesPerSecond: engine.tableRates.connections)
      ],
      lostEvents: engine.lostEvents, queue: queue?.snapshot(problem: queueProblem), bridge: bridge?.snapshot(),
      owners: owners?.snapshot(), rates: paces ? rates : nil, wantsFlows: keepsFlows ? wantsFlows : nil)
  }

  /// The number of the rule that was the last to keep a flow from staying in the kernel.
  private var wantsFlows: String? {
    let rules = engine.rules.ruleSet.rules
    return engine.lastObjector.flatMap { rules.indices.contains(Int($0)) ? rules[Int($0)].number : nil }
  }

  private var rates: [RuleRate] {
    engine.rates.map { place, rate in
      let rule = engine.rules.ruleSet.rules[place]
      return RuleRate(number: rule.number, name: rule.name, rate: rate)
    }
  }
}

extension AddressTableKind {
  /// The kernel's sets of blocked addresses depend on it.
  fileprivate var isCopied: Bool { self == .trigger || self == .authorize }
}

/// What carries out what the rates decide, in the one mode or the other.
private struct RateOutlet {
  let queue: QueueSource?
  let bridge: Bridge?

  func release(place: Int) {
    queue?.releaseWaiting(at: place)
    bridge?.releaseWaiting(at: place)
  }

  func update(sender: Int, window: UInt16) {
    queue?.updateWindow(window, of: sender)
    bridge?.updateWindow(window, of: sender)
  }
}

extension EngineInterface {
  /// The same interface with another document's settings.
  fileprivate func configured(by ruleSet: RuleSet) -> EngineInterface {
    EngineInterface(name: name, isLoopback: isLoopback, in: ruleSet)
  }
}
