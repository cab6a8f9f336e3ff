public import Logging
public import SentryCapture
public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

/// The running sentry: knows the document in force, changes it, and answers questions about it.
///
/// An actor beside the packet thread. It reads and checks documents, makes them ready to run, and posts them to the packet
/// thread; whatever it reports it has asked the packet thread to copy out. It never waits between deciding what to post and
/// posting it, so the packet thread sees requests in the order the actor decided them.
public actor SentryDaemon {
  nonisolated let packets: PacketThread
  let labels: RuleLabels
  private let startTime: Double
  private let log: Logger
  /// The document in force, or on its way to be.
  private(set) var active: AppliedDocument
  /// The documents of the latest generations, the one in force last.
  private var history: [DocumentReport]
  private var local: LocalNetworks
  public nonisolated let journal: Journal

  private static let documentsRemembered = 17

  // MARK: Starting and stopping

  /// Opens the interfaces, named as the system names them, and starts judging by a document without errors. Without
  /// `captureOptions` no interface is opened, and the only packets are those the packet thread is handed.
  ///
  /// - Returns: the daemon; its journal does not run by itself.
  /// - Throws: what is wrong with the document or an interface.
  public static func start(
    _ submitted: SubmittedDocument, interfaces names: [String],
    captureOptions: LiveCapture.Options? = LiveCapture.Options(), log: Logger
  ) async throws(DaemonError) -> SentryDaemon {
    let labels = RuleLabels()
    let now = WallClock.seconds()
    guard let document = AppliedDocument(submitted, generation: 1, labels: labels, appliedTime: now) else {
      throw .documentHasErrors(name: submitted.name)
    }
    do throws(CaptureError) {
      let known = try NetworkInterface.all()
      let local = LocalAddresses.networks(of: known, settings: document.rules.ruleSet.settings)
      let interfaces = names.map { name in
        EngineInterface(
          name: name, isLoopback: known.contains { $0.name == name && $0.isLoopback }, in: document.rules.ruleSet)
      }
      let packets = try await PacketThread.start(
        rules: document.rules, interfaces: interfaces, local: local, captureOptions: captureOptions)
      return SentryDaemon(
        packets: packets, labels: labels, interfaceNames: names, active: document, local: local, startTime: now,
        log: log)
    } catch {
      throw .capture(error)
    }
  }

  private init(
    packets: PacketThread, labels: RuleLabels, interfaceNames: [String], active: AppliedDocument, local: LocalNetworks,
    startTime: Double, log: Logger
  ) {
    self.packets = packets
    self.labels = labels
    self.active = active
    self.local = local
    self.startTime = startTime
    self.log = log
    history = [active.report]
    journal = Journal(events: packets.events, labels: labels, interfaces: interfaceNames, log: log)
  }

  /// Ends the packet thread; requests that come later fail with `DaemonError.stopped`.
  public func stop() async {
    await packets.stop()
  }

  // MARK: Requests

  /// Puts a document in force between two packets, or says why not; then the rules in force stay as they are.
  ///
  /// Tables stay, and so do the counters of rules that did not change.
  ///
  /// - Parameters:
  ///   - expected: the generation that must be in force; `nil` for any.
  ///   - change: for the document in force edited, what was done to it.
  /// - Throws: `generationChanged` if it is not.
  public func apply(
    _ submitted: SubmittedDocument, replacing expected: UInt32? = nil, change: String? = nil
  ) async throws(DaemonError) -> ApplyReply {
    let current = active
    let generation = current.rules.generation
    if let expected, expected != generation { throw .generationChanged(expected: expected, found: generation) }
    defer {
      if max(submitted.size, current.text.utf8.count) >= FreedMemory.largeDocument { FreedMemory.giveBackSoon() }
    }
    let findings = submitted.findings
    guard
      // Who edits the rules in force means the rules, not what was promised of them: a rule can be switched off in a hurry.
      let new = AppliedDocument(
        submitted, generation: generation &+ 1, labels: labels, appliedTime: WallClock.seconds(),
        isHeldToTests: expected == nil, edits: change.map { current.edits(and: $0) })
    else {
      tell("\(submitted.name)\(change == nil ? "" : " as edited") refused: \(submitted.diagnostics.summary)")
      return ApplyReply(applied: false, findings: findings, document: active.report)
    }
    let pairs = RulePairing.pairs(old: current.rules.ruleSet, new: new.rules.ruleSet)
    active = new
    history.append(new.report)
    if history.count > Self.documentsRemembered { history.removeFirst() }
    let replacement = try await ask { $0.install(new.rules, pairs: pairs) }
    try await refreshLocal()
    let what =
      new.edits.map { "\(new.name) edited while in force: \($0.last)" }
      ?? "\(new.name) applied: \(new.report.ruleCount) rules"
    tell("\(what); the rules before judged \(replacement.judged) packets")
    return ApplyReply(
      applied: true, findings: findings, document: new.report,
      replaced: GenerationReport(document: current.report, judged: replacement.judged),
      interfaces: replacement.interfaces.map(\.report), keptCounters: pairs.count { $0 >= 0 })
  }

  public func activeRules() async throws(DaemonError) -> ActiveRulesReply {
    let document = active
    let (counters, isOn) = try await ask { ($0.engine.counters, $0.isOn) }
    return ActiveRulesReply(
      document: document.report, enabled: isOn, time: WallClock.seconds(), text: document.text,
      rules: zip(document.rules.ruleSet.rules, counters).map { RuleReport($0, $1) })
  }

  /// Turns the master switch.
  public func setEnabled(_ isOn: Bool) async throws(DaemonError) -> EnabledReply {
    let wasOn = try await ask { worker in
      defer { worker.isOn = isOn }
      return worker.isOn
    }
    if isOn != wasOn { tell(isOn ? "firewall on" : "firewall off") }
    return EnabledReply(enabled: isOn, wasEnabled: wasOn)
  }

  public func status() async throws(DaemonError) -> StatusReply {
    let documents = history
    let document = active.report
    let snapshot = try await ask { $0.snapshot() }
    return StatusReply(
      mode: "monitor", enabled: snapshot.isOn, document: document, startTime: startTime, time: WallClock.seconds(),
      interfaces: snapshot.interfaces.map(\.report),
      generations: snapshot.generations.compactMap { count in
        documents.first { $0.generation == count.generation }
          .map { GenerationReport(document: $0, judged: count.judged) }
      },
      tables: snapshot.tables.map {
        TableSizeReport(table: $0.name, count: $0.count, changesPerSecond: $0.changesPerSecond)
      },
      verdicts: Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.name, snapshot.totals[$0]) }),
      lostEvents: snapshot.lostEvents &+ journal.lostEvents, memoryBytes: ProcessMemory.ownBytes())
  }

  // MARK: The host around us

  /// Looks again at the host's interfaces: its addresses decide what counts as outbound, and an interface that was lost may
  /// be back.
  public func lookAround() async throws(DaemonError) {
    guard let known = try? NetworkInterface.all() else { return }
    let up = Set(known.lazy.filter(\.isUp).map(\.name))
    try await setLocal(LocalAddresses.networks(of: known, settings: active.rules.ruleSet.settings))
    try await ask { $0.reopen(up) }
  }

  private func refreshLocal() async throws(DaemonError) {
    guard let known = try? NetworkInterface.all() else { return }
    try await setLocal(LocalAddresses.networks(of: known, settings: active.rules.ruleSet.settings))
  }

  private func setLocal(_ networks: LocalNetworks) async throws(DaemonError) {
    guard networks != local else { return }
    local = networks
    try await ask { $0.setLocal(networks) }
  }

  // MARK: Helpers

  func ask<Value: Sendable>(
    _ work: @escaping @Sendable (inout PacketWorker) -> Value
  ) async throws(DaemonError) -> Value {
    do throws(PacketThreadStopped) { return try await packets.perform(work) } catch { throw .stopped }
  }

  /// Says it in the daemon's own log and in the journal.
  func tell(_ message: String) {
    log.info("\(message)")
    journal.append(message: message, time: WallClock.now())
  }
}
