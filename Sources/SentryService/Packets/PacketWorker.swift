internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What the packet thread owns, and what it does with it: the captures, the engine, and the loop between them.
///
/// One turn of the loop, in this order (`turn`):
/// 1. wait for frames, a request, or the next full second;
/// 2. judge what waited to know whose it is, where rules ask for that;
/// 3. judge a batch from each interface that has frames;
/// 4. let the clock move on, once a second, or back where somebody has set it back;
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
  static let ownerTag = UInt64.max - 2
  static let endsTag = UInt64.max - 3
  /// How long frames may wait in the ring before they are seen: the engine's clock stays that far behind, so that they are
  /// not dated later than they were.
  private static let ringDelayNanoseconds: Int64 = 150_000_000

  var engine: Engine
  private(set) var times = EvaluationTimes()
  private(set) var pulse = Pulse()
  private let mailbox: Mailbox
  private let events: EventQueue
  let intake: PacketIntake
  /// For the kernel's copy of the triggered addresses.
  let changes: ChangeQueue
  var isCopied = false
  /// For flows that may stay in the kernel.
  let flowQueue: FlowQueue
  let flows = FlowNotes()
  var poll: DescriptorPoll
  let sources: [InterfaceSource]
  /// In queue mode only; its packets count for `sources`, which capture nothing then.
  let queue: QueueSource?
  /// In bridge mode only, between the two `sources`.
  let bridge: Bridge?
  /// While rules ask for the processes behind packets.
  var owners: OwnerDesk?
  let applications = ApplicationBook()
  let applicationQueue: ApplicationQueue
  var hasAnswers = false
  /// Sockets whose packets are judged may have ended.
  private var hasEnds = false
  /// Verdicts are carried out, and so are limits of rates.
  let paces: Bool
  private var isQueueReadable = false
  /// Why the queue gave no packets when it was last asked.
  var queueProblem: CaptureError?
  /// Positions in `sources` that have frames, filled by each wait.
  private var readable: [Int] = []
  private var hasRequests = false
  private var isStopping = false
  var notices: [EventQueue.Notice] = []
  /// The whole second, since 1970, in which the loop last did its once-a-second work.
  private var second: Int64
  private var clockWatch = ClockWatch()
  /// What earlier rule sets have judged, oldest first; the latest few.
  var retired: [GenerationCount] = []

  /// Opens the interfaces in their order, or the queue.
  ///
  /// - Throws: what kept the first that failed from being opened.
  init(
    rules: LoadedRules, interfaces: [EngineInterface], local: AddressSpans, protected: AddressSpans,
    restored: RestoredState, intake: PacketIntake,
    mailbox: Mailbox, events: EventQueue, changes: ChangeQueue, flows: FlowQueue,
    applications: ApplicationQueue
  ) throws(CaptureError) {
    var poll = DescriptorPoll()
    poll.add(mailbox.wake.descriptor, tag: Self.wakeTag)
    let sources = interfaces.map { InterfaceSource(name: $0.name) }
    var remarks: [String] = []
    for (index, source) in sources.enumerated() { remarks += try Self.open(source, index, intake, &poll) }
    let queue = try Self.queue(of: intake, for: sources, rules)
    if let queue { poll.add(queue.descriptor, tag: Self.queueTag) }

    engine = Engine(rules: rules, interfaces: interfaces, local: local)
    engine.setProtectedHosts(protected)
    restored.enter(&engine)
    self.mailbox = mailbox
    self.events = events
    self.intake = intake
    self.changes = changes
    flowQueue = flows
    applicationQueue = applications
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

  static func open(
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
    letWaitingGo(mayDrop: true)
    releaseAll()
    emptyQueue()
    handOver()
    for request in mailbox.close() { request(&self) }
  }

  /// Ends `run` after the current turn.
  mutating func stop() { isStopping = true }

  /// Lets go of all that is held, and of all that waits for its rate.
  mutating func releaseAll() {
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
      // What is sent again meets what comes after us.
      letWaitingGo(mayDrop: true)
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
    // What a program sent before its socket ended is still its own.
    if hasEnds { owners?.hearOfEnds() }
    keepTime()
    handOver()
    guard hasRequests else { return }
    for request in mailbox.takeAll() { request(&self) }
  }

  private mutating func wait() {
    readable.removeAll(keepingCapacity: true)
    hasRequests = false
    hasAnswers = false
    hasEnds = false
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
    case Self.endsTag: hasEnds = true
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
        let step = complete(&origin, frame, linkType, header.wireLength, .captured(linkType, header))
        guard case .isJudged = step else { return }
        _ = judged(frame, linkType, header.wireLength, header.time, origin)
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
      let judgement = judged(frame, linkType, header.wireLength, header.time, origin)
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

  mutating func remark(_ texts: [String]) {
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
        switch complete(&origin, bytes, .raw, packet.wireLength, .queued(packet)) {
        case .isJudged: judge(packet, bytes, origin, through: queue, now: now)
        case .waits: queue.keepWaiting(packet)
        case .isDropped: queue.discard(packet)
        }
      }
      setQueueProblem(nil)
    } catch {
      setQueueProblem(error)
    }
  }

  mutating func judge(
    _ packet: QueuedPacket, _ bytes: RawSpan, _ origin: PacketOrigin, through queue: QueueSource, now: Timestamp
  ) {
    let judgement = judged(bytes, .raw, packet.wireLength, now, origin)
    if sources.indices.contains(origin.interface) {
      sources[origin.interface].counts.count(
        packet.direction, bytes: packet.wireLength, isJudged: engine.isOn)
    }
    if judgement.flow != .none { note(judgement.flow, of: packet) }
    let pacing = judgement.isRateBound && paces ? engine.pace(bytes, now: now) : .free
    queue.carryOut(judgement, pacing, on: packet, bytes, engine, now: now)
  }

  /// Has the engine judge a frame, and now and then takes the time.
  @inline(__always)
  mutating func judged(
    _ frame: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ time: Timestamp, _ origin: PacketOrigin
  ) -> Judgement {
    guard times.isDue() else {
      return engine.judge(frame, linkType: linkType, wireLength: wireLength, time: time, from: origin)
    }
    let start = UptimeClock.now()
    let judgement = engine.judge(frame, linkType: linkType, wireLength: wireLength, time: time, from: origin)
    times.record(from: start, to: UptimeClock.now())
    return judgement
  }

  /// Tells when trouble with the queue begins and when it is over.
  mutating func setQueueProblem(_ error: CaptureError?) {
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
  mutating func close(_ source: InterfaceSource, because reason: String) {
    if let descriptor = source.descriptor { poll.remove(descriptor) }
    _ = source.statistics()
    source.close(because: reason)
  }

  private mutating func keepTime() {
    let now = WallClock.now()
    if clockWatch.isSetBack(wall: now, engine: engine.now, steady: { ContinuousClock.now }) { turnBack(to: now) }
    guard now.seconds != second else { return }
    second = now.seconds
    if let leap = clockWatch.leap(wall: now, steady: ContinuousClock.now) {
      notices.append(.warning(ClockWatch.text(leap: leap), at: now))
    }
    // An interface that went down before it vanished wakes nobody: only looking tells.
    for index in sources.indices { judgeBatch(from: index) }
    advance(to: now)
    for source in sources { source.secondPassed() }
    pulse.note(engine.totals, second: now.seconds)
  }

  mutating func advance(to now: Timestamp) { engine.advance(to: engineTime(now)) }

  private func engineTime(_ now: Timestamp) -> Timestamp {
    let delay = queue == nil && bridge == nil ? Self.ringDelayNanoseconds : 0
    return Timestamp(nanoseconds: now.nanoseconds - delay)
  }

  /// The wall clock was set back: the engine goes on at its time. What is held by a moment that comes again is let go.
  private mutating func turnBack(to now: Timestamp) {
    releaseAll()
    engine.turnBack(to: engineTime(now))
  }

  private mutating func handOver() {
    handOverChanges()
    handOverFlows()
    tellOfFullMinute()
    guard engine.hasEvents || !notices.isEmpty else { return }
    _ = events.fillIfFree { queue in
      engine.takeEvents { queue.append($0) }
      queue.notices.append(contentsOf: notices)
      notices.removeAll()
    }
  }

  private mutating func tellOfFullMinute() {
    guard let time = engine.takeFullMinute(), let limit = engine.rules.ruleSet.settings.triggersPerMinute else {
      return
    }
    notices.append(
      .remark(
        "\(limit) addresses have entered table trigger within a minute: no others do for the rest of it, what they send is deleted "
          + "all the same (settings.triggersPerMinute)", at: time))
  }

  /// Milliseconds until there is something to do without anybody asking: at most to the next full second.
  private var patience: Int32 {
    if engine.hasEvents || !notices.isEmpty || hasChanges || !flows.isEmpty { return 10 }
    if clockWatch.isWaiting { return 100 }
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
