internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What the packet thread owns, and what it does with it: the captures, the engine, and the loop between them.
///
/// One turn of the loop, in this order (`turn`):
/// 1. wait for frames, a request, or the next full second;
/// 2. judge a batch from each interface that has frames;
/// 3. let the clock move on, once a second;
/// 4. hand over the events;
/// 5. carry out requests.
///
/// Nobody else reads this memory. Others post requests (`PacketThread.perform`), which run here between two batches and
/// copy out what they need.
struct PacketWorker: ~Copyable {
  /// Frames taken from one interface before the others get their turn.
  private static let batch = 512
  private static let wakeTag = UInt64.max
  /// How long frames may wait in the ring before they are seen: the engine's clock stays that far behind, so that they are
  /// not dated later than they were.
  private static let ringDelayNanoseconds: Int64 = 150_000_000

  private(set) var engine: Engine
  private let mailbox: Mailbox
  private let events: EventQueue
  /// `nil`: no interface is ever opened.
  private let captureOptions: LiveCapture.Options?
  private var poll: DescriptorPoll
  private let sources: [InterfaceSource]
  /// Positions in `sources` that have frames, filled by each wait.
  private var readable: [Int] = []
  private var hasRequests = false
  private var isStopping = false
  private var notices: [EventQueue.Notice] = []
  /// The whole second, since 1970, in which the loop last did its once-a-second work.
  private var second: Int64
  /// What earlier rule sets have judged, oldest first; the latest few.
  private var retired: [GenerationCount] = []

  /// Opens the interfaces in their order.
  ///
  /// - Throws: what kept the first that failed from being opened.
  init(
    rules: LoadedRules, interfaces: [EngineInterface], local: LocalNetworks, captureOptions: LiveCapture.Options?,
    mailbox: Mailbox, events: EventQueue
  ) throws(CaptureError) {
    let poll = try DescriptorPoll()
    try poll.add(mailbox.wake.descriptor, tag: Self.wakeTag)
    let sources = interfaces.map { InterfaceSource(name: $0.name) }
    for (index, source) in sources.enumerated() { try Self.open(source, index, captureOptions, poll) }

    engine = Engine(rules: rules, interfaces: interfaces, local: local)
    self.mailbox = mailbox
    self.events = events
    self.captureOptions = captureOptions
    self.poll = poll
    self.sources = sources
    readable.reserveCapacity(sources.count)
    second = WallClock.now().seconds
  }

  private static func open(
    _ source: InterfaceSource, _ index: Int, _ options: LiveCapture.Options?, _ poll: borrowing DescriptorPoll
  ) throws(CaptureError) {
    guard let options else { return }
    try source.open(options)
    if let descriptor = source.descriptor { try poll.add(descriptor, tag: UInt64(index)) }
  }

  // MARK: The loop

  /// Works until it is told to stop.
  mutating func run() {
    while !isStopping { turn() }
    handOver()
    for request in mailbox.close() { request(&self) }
  }

  /// Ends `run` after the current turn.
  mutating func stop() { isStopping = true }

  private mutating func turn() {
    wait()
    for index in readable { judgeBatch(from: index) }
    keepTime()
    handOver()
    guard hasRequests else { return }
    for request in mailbox.takeAll() { request(&self) }
  }

  private mutating func wait() {
    readable.removeAll(keepingCapacity: true)
    hasRequests = false
    let milliseconds = engine.hasEvents || !notices.isEmpty ? 10 : millisecondsToNextSecond
    do {
      for index in 0..<(try poll.wait(milliseconds: milliseconds)) { note(poll.tag(index)) }
    } catch {
      // Only a broken descriptor brings us here: look everywhere rather than wait.
      hasRequests = true
      readable.append(contentsOf: sources.indices)
    }
  }

  private mutating func note(_ tag: UInt64?) {
    guard let tag, tag != Self.wakeTag else {
      hasRequests = true
      return
    }
    if tag < UInt64(sources.count) { readable.append(Int(tag)) }
  }

  private mutating func judgeBatch(from index: Int) {
    let source = sources[index]
    let before = engine.totals
    do {
      _ = try source.dispatch(maximum: Self.batch) { frame, linkType, header in
        _ = engine.judge(
          frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: index)
      }
    } catch {
      lose(index, because: "\(error)")
    }
    source.counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
  }

  /// Goes on without an interface that broke; `reopen` may bring it back.
  private mutating func lose(_ index: Int, because reason: String) {
    let source = sources[index]
    if let descriptor = source.descriptor { poll.remove(descriptor) }
    _ = source.statistics()
    source.close(because: reason)
    notices.append(.interfaceLost(name: source.name, reason: reason, at: WallClock.now()))
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
    engine.advance(to: Timestamp(nanoseconds: now.nanoseconds - Self.ringDelayNanoseconds))
  }

  private mutating func handOver() {
    guard engine.hasEvents || !notices.isEmpty else { return }
    _ = events.fillIfFree { queue in
      engine.takeEvents { queue.append($0) }
      queue.notices.append(contentsOf: notices)
      notices.removeAll()
    }
  }

  private var millisecondsToNextSecond: Int32 {
    let part = WallClock.now().nanoseconds % Timestamp.nanosecondsPerSecond
    return Int32((Timestamp.nanosecondsPerSecond - part) / 1_000_000) + 1
  }

  // MARK: Requests

  var isOn: Bool {
    get { engine.isOn }
    set { engine.isOn = newValue }
  }

  /// Puts other rules in force; returns those that were, for the caller to let go, and what they have judged.
  mutating func install(_ rules: LoadedRules, pairs: [Int32]) -> Replacement {
    let before = interfaceSnapshots()
    let judged = judgedByCurrentRules
    let interfaces = engine.interfaces.map { $0.configured(by: rules.ruleSet) }
    let old = engine.install(rules, pairs: pairs, interfaces: interfaces)
    retired.append(GenerationCount(generation: old.generation, judged: judged))
    if retired.count > Self.generationsRemembered { retired.removeFirst() }
    for source in sources { source.counts.rulesReplaced() }
    return Replacement(rules: old, judged: judged, interfaces: before)
  }

  private static let generationsRemembered = 16

  mutating func setLocal(_ local: LocalNetworks) { engine.setLocal(local) }

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

  /// Opens again, where that succeeds, the named interfaces that were lost.
  mutating func reopen(_ names: Set<String>) {
    for (index, source) in sources.enumerated() where source.problem != nil && names.contains(source.name) {
      guard (try? Self.open(source, index, captureOptions, poll)) != nil else { continue }
      notices.append(.interfaceReturned(name: source.name, at: WallClock.now()))
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
      InterfaceSnapshot(
        settings: settings, counts: source.counts, statistics: source.statistics(), problem: source.problem)
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
      lostEvents: engine.lostEvents)
  }
}

extension EngineInterface {
  /// The same interface with another document's settings.
  fileprivate func configured(by ruleSet: RuleSet) -> EngineInterface {
    EngineInterface(name: name, isLoopback: isLoopback, in: ruleSet)
  }
}
