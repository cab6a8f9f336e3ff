public import Logging
public import SentryCapture
public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryNetfilter
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// The running sentry: knows the document in force, changes it, and answers questions about it.
///
/// An actor beside the packet thread. It reads and checks documents, makes them ready to run, and posts them to the packet
/// thread; whatever it reports it has asked the packet thread to copy out. It never waits between deciding what to post and
/// posting it, so the packet thread sees requests in the order the actor decided them.
public actor SentryDaemon {
  nonisolated let packets: PacketThread
  let intake: PacketIntake
  /// In queue mode only.
  let gate: KernelGate?
  /// What the kernel had counted when its counts were last read.
  private var kernelCounts: [KernelCount] = []
  /// What it had dropped for triggered addresses then.
  private var blockedCount: KernelCount?
  let interfaceNames: [String]
  let labels: RuleLabels
  let startTime: Double
  private let log: Logger
  /// The document in force, or on its way to be.
  private(set) var active: AppliedDocument
  /// The documents of the latest generations, the one in force last.
  private var history: [DocumentReport]
  private var local: AddressSpans
  /// What is protected besides the document's.
  private(set) var protection: HostProtection
  /// Of this, what the host needs.
  private var hostProtection: HostProtection
  private let look: @Sendable ([NetworkInterface]) -> HostProtection
  public nonisolated let journal: Journal
  nonisolated let memory: MemoryKeeper
  nonisolated let notifications: NotificationDesk?
  nonisolated let talkers: TalkerDesk
  nonisolated let connections: ConnectionDesk
  /// Where drafts are read and edited, and where what takes longer is tried: checks, explanations.
  nonisolated let drafts = WorkBench()
  nonisolated let trials = WorkBench()
  /// Where what is on the disk is read for others.
  nonisolated let readings = WorkBench()
  nonisolated let live: LiveFeed
  package nonisolated let door = WebDoor()
  /// Follows the lists of the document in force; `nil` where nothing is fetched for it.
  nonisolated let lists: ListDesk?
  /// Follows the logs that the document in force names for logins that fail.
  nonisolated let logins: LoginDesk
  /// Knows what programs may do, and asks people about it.
  nonisolated let applications: ApplicationDesk
  /// Whom somebody has allowed: nothing triggers them.
  var allowed: [AddressRange] = []

  /// What changes of the rules ask of the world around.
  let surroundings: ApplySurroundings
  /// Whoever changes what is in force has the turn: nobody else's change comes in between.
  let changes = Turns()
  /// The document in force waits to be confirmed.
  private(set) var trial: Trial?
  private var trialEnd: Task<Void, Never>?
  /// The document before that in force, for where nothing is kept on a disk.
  var previous: StoredDocument?
  var wayBackReport: WayBackReport?
  /// Why the last attempt to read the document again has changed nothing; `nil` once other rules are in force.
  var reloadProblem: String?

  /// What became of documents that were to be put in force.
  var outcomes = ApplyOutcomes()

  private static let documentsRemembered = 17

  var isDryRun: Bool { intake.isDryRun }

  // MARK: Starting and stopping

  /// Opens the interfaces, named as the system names them, or the queue, and starts judging by a document without errors.
  ///
  /// - Parameters:
  ///   - memory: what of its memory is kept on disk; what an earlier run has left there comes back.
  ///   - journal: where the log goes besides.
  ///   - notifications: how notifications are carried out; `nil`: none is.
  ///   - origin: where the document comes from.
  /// - Returns: the daemon; its journal does not run by itself.
  /// - Throws: what is wrong with the document or an interface.
  public static func start(
    _ submitted: SubmittedDocument, interfaces names: [String],
    intake: PacketIntake = .watch(LiveCapture.Options()), memory: MemoryOptions = MemoryOptions(),
    journal: JournalOptions = JournalOptions(), notifications: NotificationOptions? = nil,
    origin: DocumentOrigin = .chosen, log: Logger
  ) async throws(DaemonError) -> SentryDaemon {
    try await start(
      submitted, interfaces: names, intake: intake, memory: memory, journal: journal, notifications: notifications,
      origin: origin,
      look: HostProtection.current, log: log)
  }

  /// - Parameter look: what says whom to protect on this host, which has these interfaces; asked again now and then.
  static func start(
    _ submitted: SubmittedDocument, interfaces names: [String], intake: PacketIntake,
    memory options: MemoryOptions = MemoryOptions(), journal: JournalOptions = JournalOptions(),
    notifications: NotificationOptions? = nil, origin: DocumentOrigin = .chosen,
    look: @escaping @Sendable ([NetworkInterface]) -> HostProtection,
    surroundings: ApplySurroundings = ApplySurroundings(), log: Logger
  ) async throws(DaemonError) -> SentryDaemon {
    let labels = RuleLabels()
    let now = WallClock.seconds()
    guard
      let document = AppliedDocument(
        submitted, generation: 1, labels: labels, appliedTime: now, isHeldToTests: origin != .edited)
    else {
      throw .documentHasErrors(name: submitted.name)
    }
    let memory = MemoryKeeper(options, log: log)
    let contents = await memory.begin()
    let restored = RestoredState(
      contents, labels: labels, counting: options.keepsCounters ? document.rules.ruleSet : nil, now: WallClock.now())
    let packets: PacketThread
    let networks: AddressSpans
    let protection: HostProtection
    do throws(CaptureError) {
      let known = try NetworkInterface.all()
      let local = LocalAddresses.networks(of: known, settings: document.rules.ruleSet.settings)
      let interfaces = intake.settled(
        names.map { name in
          EngineInterface(
            name: name, isLoopback: known.contains { $0.name == name && $0.isLoopback }, in: document.rules.ruleSet)
        })
      if case .bridge = intake {
        let outside = interfaces.first(where: \.isExternal)?.name ?? ""
        log.notice("\(outside) is the outside: what arrives there is inbound, what arrives at the other side outbound")
      }
      if let warning = intake.warning(about: document.rules) { log.warning("\(warning)") }
      let host = look(known)
      packets = try await PacketThread.start(
        rules: document.rules, interfaces: interfaces, local: local, protected: host.spans, restored: restored,
        intake: intake)
      networks = local
      protection = host
    } catch {
      throw .capture(error)
    }
    do throws(NetfilterError) {
      var gate: KernelGate?
      if case .queue(let queue) = intake { gate = try KernelGate(queue, interfaces: names, packets: packets) }
      let daemon = SentryDaemon(
        packets: packets, intake: intake, gate: gate, labels: labels, interfaceNames: names, active: document,
        local: networks, protection: protection, look: look, surroundings: surroundings, memory: memory,
        journal: journal, notifications: notifications, startTime: now, log: log)
      await daemon.remember(restored, contents, isChosen: origin != .usual)
      await daemon.beginLists()
      await daemon.beginLogins()
      await daemon.applications.begin(document.rules.applicationPolicy)
      // The queue is open by now: no packet waits for nobody.
      for remark in try gate?.open(by: document.rules) ?? [] { log.notice("\(remark)") }
      return daemon
    } catch {
      await packets.stop()
      throw .netfilter(error)
    }
  }

  private init(
    packets: PacketThread, intake: PacketIntake, gate: KernelGate?, labels: RuleLabels, interfaceNames: [String],
    active: AppliedDocument, local: AddressSpans, protection: HostProtection,
    look: @escaping @Sendable ([NetworkInterface]) -> HostProtection, surroundings: ApplySurroundings,
    memory: MemoryKeeper, journal journalOptions: JournalOptions, notifications options: NotificationOptions?,
    startTime: Double, log: Logger
  ) {
    self.packets = packets
    self.intake = intake
    self.gate = gate
    self.interfaceNames = interfaceNames
    self.labels = labels
    self.active = active
    self.local = local
    self.protection = protection
    hostProtection = protection
    self.look = look
    self.surroundings = surroundings
    self.memory = memory
    talkers = TalkerDesk(packets: packets)
    connections = ConnectionDesk(packets: packets)
    live = LiveFeed()
    self.startTime = startTime
    self.log = log
    history = [active.report]
    let notices = options.map { _ in NoticeIntake(StormControl.Limits(active.rules.ruleSet.settings)) }
    journal = Journal(
      events: packets.events, labels: labels, interfaces: interfaceNames, isDryRun: intake.isDryRun,
      pending: memory.options.directory == nil ? nil : memory.pending, notices: notices, options: journalOptions,
      log: log)
    notifications = Self.desk(options, notices, active, labels, interfaceNames, intake, journal, log)
    lists = Self.listDesk(options, packets, labels, memory.options.directory, journal, log)
    logins = Self.loginDesk(packets, labels, stateDirectory: memory.options.directory) { [journal] text in
      log.info("\(text)")
      journal.append(message: text, time: WallClock.now())
    }
    applications = Self.applicationDesk(packets, intake, stateDirectory: memory.options.directory) { [journal] text in
      log.info("\(text)")
      journal.append(message: text, time: WallClock.now())
    }
  }

  private static func desk(
    _ options: NotificationOptions?, _ notices: NoticeIntake?, _ active: AppliedDocument, _ labels: RuleLabels,
    _ interfaces: [String], _ intake: PacketIntake, _ journal: Journal, _ log: Logger
  ) -> NotificationDesk? {
    guard let options, let notices else { return nil }
    return NotificationDesk(
      options, intake: notices, rules: active.rules.ruleSet, labels: labels, interfaces: interfaces,
      isDryRun: intake.isDryRun, log: log
    ) { text, rule in
      log.info("\(text)")
      journal.append(message: text, time: WallClock.now(), rule: rule)
    }
  }

  private static func listDesk(
    _ options: NotificationOptions?, _ packets: PacketThread, _ labels: RuleLabels, _ stateDirectory: String?,
    _ journal: Journal, _ log: Logger
  ) -> ListDesk? {
    guard let options else { return nil }
    return ListDesk(ListSources(options), packets: packets, labels: labels, stateDirectory: stateDirectory) { text in
      log.info("\(text)")
      journal.append(message: text, time: WallClock.now())
    }
  }

  /// Ends the packet thread; requests that come later fail with `DaemonError.stopped`. In queue mode the kernel stops handing over
  /// packets first, unless the policy is to drop them.
  public func stop() async {
    if let trial {
      endTrial()
      tell("\(active.name) was not confirmed: the next start takes \(trial.before.name)")
    }
    if let gate { leave(gate) }
    await memory.flush(packets, .last)
    await packets.stop()
  }

  private func leave(_ gate: KernelGate) {
    gate.stopGuarding()
    guard gate.isOpen else { return }
    do throws(NetfilterError) {
      if try gate.leave() {
        tell("the kernel hands over no packets any more")
      } else {
        tell("packets are dropped until sentry runs again (fail-closed); 'sentry off' takes that out of the kernel")
      }
    } catch {
      tell("the kernel still has our part: \(error)")
    }
  }

  // MARK: The document in force

  /// The rules on their way to the packet thread are this document's.
  func begin(_ document: AppliedDocument) {
    active = document
    reloadProblem = nil
    history.append(document.report)
    if history.count > Self.documentsRemembered { history.removeFirst() }
  }

  /// The document in force has to be confirmed.
  func beginTrial(_ trial: Trial) {
    self.trial = trial
    trialEnd = Task { [weak self] in
      while let nanoseconds = await self?.endTrialIfOver() {
        do { try await Task.sleep(for: .nanoseconds(nanoseconds)) } catch { return }
      }
    }
  }

  /// Whatever is in force now stays. The timer may be what calls this: nothing that it does then ends by being cancelled.
  func endTrial() {
    trial = nil
    trialEnd?.cancel()
    trialEnd = nil
  }

  // MARK: Requests

  public func activeRules() async throws(DaemonError) -> ActiveRulesReply {
    let document = active
    let (counters, isOn) = try await ask { ($0.engine.counters, $0.isOn) }
    return ActiveRulesReply(
      document: document.report, enabled: isOn, time: WallClock.seconds(), text: document.text,
      rules: zip(document.rules.ruleSet.rules, counters).map { RuleReport($0, $1) })
  }

  /// Turns the master switch.
  public func setEnabled(
    _ isOn: Bool, by caller: Caller = .thisProcess
  ) async throws(DaemonError) -> EnabledReply {
    try await takeTurn(for: caller)
    defer { changes.give() }
    let wasOn = try await ask { worker in
      defer { worker.isOn = isOn }
      return worker.isOn
    }
    if isOn != wasOn { tell(isOn ? "firewall on" : "firewall off") }
    if let gate, isOn != gate.isOpen { turn(gate, on: isOn) }
    return EnabledReply(enabled: isOn, wasEnabled: wasOn)
  }

  public func status() async throws(DaemonError) -> StatusReply {
    let documents = history
    let document = active.report
    let memory = await memory.report()
    let notifications = await notifications?.report()
    let lists = await lists?.reply().lists ?? []
    let snapshot = try await ask { $0.snapshot() }
    var reply = StatusReply(
      mode: intake.mode, enabled: snapshot.isOn, document: document, startTime: startTime, time: WallClock.seconds(),
      interfaces: snapshot.interfaces.map(\.report),
      generations: snapshot.generations.compactMap { count in
        documents.first { $0.generation == count.generation }
          .map { GenerationReport(document: $0, judged: count.judged) }
      },
      tables: snapshot.tables.map {
        TableSizeReport(table: $0.name, count: $0.count, changesPerSecond: $0.changesPerSecond)
      },
      verdicts: Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.name, snapshot.totals[$0]) }),
      lostEvents: snapshot.lostEvents &+ journal.lostEvents, memoryBytes: ProcessMemory.ownBytes(),
      queue: queueReport(snapshot), bridge: snapshot.bridge.map(\.report),
      owners: snapshot.owners.map(\.report), rates: snapshot.rates.map { $0.map(\.report) },
      protected: protectedAddresses.map(\.report), preventedTriggers: snapshot.totals.preventedTriggers,
      unprovenTriggers: snapshot.totals[.unproven], cappedTriggers: snapshot.totals[.limit],
      isObserved: active.rules.isObserved ? true : nil, protectionProblem: protection.problem,
      notifications: notifications,
      memory: memory?.report,
      log: journal.report)
    reply.trial = trial?.report(now: surroundings.uptime())
    reply.lists = lists.isEmpty ? nil : lists
    reply.helpers = snapshot.helpers.map {
      HelpersReport(
        controls: $0.controls, announced: $0.announced, announcements: $0.announcements, refusals: $0.refusals)
    }
    reply.applications = await applicationsStatus(packets: snapshot.owners?.undecided ?? 0)
    reply.web = door.address
    reply.utcOffset = WallClock.utcOffset()
    return reply
  }

  // MARK: The kernel's part

  private func turn(_ gate: KernelGate, on isOn: Bool) {
    do throws(NetfilterError) {
      if isOn {
        for remark in try gate.open(by: active.rules, isOnTrial: trial != nil) { tell(remark) }
      } else {
        try gate.close()
        tell("our rules were taken out of the kernel")
      }
      kernelCounts = []
      blockedCount = nil
    } catch {
      tell("\(error)")
    }
  }

  func follow(_ rules: LoadedRules, after old: LoadedRules, isOnTrial: Bool) {
    guard let gate else { return }
    do throws(NetfilterError) {
      let change = try gate.change(from: old, to: rules, isOnTrial: isOnTrial)
      for remark in change.remarks { tell(remark) }
      if change.restartsCounts { kernelCounts = [] }
    } catch {
      tell("the kernel still has its part of the rules before: \(error)")
    }
  }

  /// Adds what the kernel has decided since it was last asked to the counts of the rules.
  func creditKernelCounts() async {
    guard let gate, gate.isOpen, let counts = try? gate.counts() else { return }
    let news = counts.early.newSince(kernelCounts) + newlyBlocked(counts.blocked, for: gate)
    kernelCounts = counts.early
    guard !news.isEmpty else { return }
    try? await ask { $0.credit(news) }
  }

  /// What sets have dropped since the last call counts for the rule that blocks, and for all that count the same packets.
  private func newlyBlocked(_ count: KernelCount, for gate: KernelGate) -> [KernelCount] {
    var before = blockedCount.map { [$0] } ?? []
    blockedCount = count
    // It goes on when rules are applied, which may give the rule another place.
    if !before.isEmpty { before[0].rule = count.rule }
    guard let plan = gate.status?.feed.blocking?.plan, let new = [count].newSince(before).first else { return [] }
    return plan.counting.map { place in
      var count = new
      count.rule = place
      return count
    }
  }

  /// Looks after the kernel's part until the task is cancelled; returns at once in other modes.
  func keepKernelPart() async {
    guard let gate else { return }
    gate.startGuarding { [weak self] report in Task { await self?.tell(report) } }
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      await creditKernelCounts()
    }
  }

  // MARK: The host around us

  /// Looks again at the host's interfaces: its addresses decide what counts as outbound, and an interface that was lost may
  /// be back. Looks again, too, at what is protected: its addresses, servers and logins.
  public func lookAround() async throws(DaemonError) {
    guard let known = try? NetworkInterface.all() else { return }
    let protection = await Task.detached { [look] in look(known) }.value
    hostProtection = protection
    if !allowed.isEmpty { await followAllowed() }
    try await protectAllowed()
    let up = Set(known.lazy.filter(\.isUp).map(\.name))
    try await setLocal(LocalAddresses.networks(of: known, settings: active.rules.ruleSet.settings))
    try await ask { $0.reopen(up) }
  }

  func refreshLocal() async throws(DaemonError) {
    guard let known = try? NetworkInterface.all() else { return }
    try await setLocal(LocalAddresses.networks(of: known, settings: active.rules.ruleSet.settings))
  }

  private func setLocal(_ networks: AddressSpans) async throws(DaemonError) {
    guard networks != local else { return }
    local = networks
    try await ask { $0.setLocal(networks) }
    gate?.followSparedAddresses()
  }

  /// Protects what the host needs, and whoever is allowed.
  func protectAllowed() async throws(DaemonError) {
    try await setProtection(
      HostProtection(
        hostProtection.addresses + allowed.map { ProtectedAddress($0, .allowed) }, problem: hostProtection.problem))
  }

  private func setProtection(_ new: HostProtection) async throws(DaemonError) {
    guard new != protection else { return }
    protection = new
    let spans = new.spans
    let spared = try await ask { $0.setProtectedHosts(spans) }
    gate?.followSparedAddresses()
    if let notice = SparedEntries.notice(spared) { tell(notice) }
  }

  /// Whom no rule triggers, and why: the document's last.
  var protectedAddresses: [ProtectedAddress] {
    protection.addresses + active.rules.ruleSet.settings.protectedAddresses
  }

  // MARK: Helpers

  private func queueReport(_ worker: WorkerSnapshot) -> QueueReport? {
    guard let snapshot = worker.queue, case .queue(let queue) = intake else { return nil }
    var report = QueueReport(
      number: snapshot.number, policy: queue.options.passesWhenFull ? "fail-open" : "fail-closed",
      dryRun: queue.isDryRun, waiting: snapshot.statistics?.waiting ?? 0, held: snapshot.held,
      overflowed: snapshot.statistics?.overflowed ?? 0, undelivered: snapshot.statistics?.undelivered ?? 0,
      refused: snapshot.refusals, vanished: snapshot.vanished, unsent: snapshot.unsent,
      problem: snapshot.problem.map { "\($0)" },
      ways: gate.map { wayReports($0, snapshot.unsentByHop) } ?? [],
      kernel: gate.flatMap { kernelReport($0, flowsWantedBy: worker.wantsFlows) })
    report.countsHidden = snapshot.statistics == nil ? true : nil
    return report
  }

  private func wayReports(_ gate: KernelGate, _ unsent: [IPAddress: UInt64]) -> [WayReport] {
    gate.ways.map { way in
      WayReport(
        rules: way.rules, nextHop: "\(way.state.hop)", problem: way.state.problem,
        restorations: way.state.restorations, unsent: unsent[way.state.hop, default: 0])
    }
  }

  private func kernelReport(_ gate: KernelGate, flowsWantedBy rule: String?) -> KernelPartReport? {
    guard let status = gate.status else { return nil }
    let counts = try? gate.counts()
    let early = status.feed.early
    return KernelPartReport(
      form: status.form.rawValue, interfaces: status.feed.interfaces, restorations: status.restorations,
      unjudged: counts?.unjudged ?? 0, decides: early?.decided.map(\.number) ?? [],
      notCovered: early?.uncovered.map { UncoveredRule(number: $0.number, reason: $0.reason) } ?? [],
      blocks: blockingReport(status.feed.blocking, gate, dropped: counts?.blocked.packets ?? 0),
      blocksNot: gate.blocking.obstacle, flows: status.feed.keepsFlows ? flowReport(gate, wantedBy: rule) : nil,
      flowsNot: gate.flows.obstacle)
  }

  private func flowReport(_ gate: KernelGate, wantedBy rule: String?) -> FlowsReport {
    let status = gate.flows.status
    return FlowsReport(
      entries: status.counts.entries, packets: status.counts.traffic.packets, bytes: status.counts.traffic.bytes,
      wantedBy: rule, problem: status.problem)
  }

  private func blockingReport(_ feed: BlockingFeed?, _ gate: KernelGate, dropped: UInt64) -> BlockingReport? {
    guard let feed else { return nil }
    let status = gate.blocking.status
    return BlockingReport(
      rule: feed.plan.number, entries: status.counts.entries, leftToQueue: status.counts.leftOut, dropped: dropped,
      changes: status.counts.changes, lagMilliseconds: status.lag, slowestLagMilliseconds: status.slowestLag,
      loadMilliseconds: status.load / .milliseconds(1), endedConnections: status.endedConnections,
      checks: status.counts.checks, differences: status.counts.differences, removing: gate.isRemoving ? true : nil,
      problem: status.problem)
  }

  func ask<Value: Sendable>(
    _ work: @escaping @Sendable (inout PacketWorker) -> Value
  ) async throws(DaemonError) -> Value {
    do throws(PacketThreadStopped) { return try await packets.perform(work) } catch { throw .stopped }
  }

  /// Says it in the daemon's own log alone.
  func mention(_ message: String) { log.info("\(message)") }

  /// Warns in the daemon's own log alone.
  func warn(_ message: String) { log.warning("\(message)") }

  /// Says it in the daemon's own log and in the journal.
  func tell(_ message: String) {
    log.info("\(message)")
    journal.append(message: message, time: WallClock.now())
  }
}

extension [KernelCount] {
  /// What has come since `earlier` counts of the same rules; everything if they are of others, or have started again.
  fileprivate func newSince(_ earlier: [KernelCount]) -> [KernelCount] {
    compactMap { count in
      let before = earlier.first { $0.rule == count.rule && $0.packets <= count.packets && $0.bytes <= count.bytes }
      var new = count
      new.packets -= before?.packets ?? 0
      new.bytes -= before?.bytes ?? 0
      return new.packets > 0 ? new : nil
    }
  }
}
