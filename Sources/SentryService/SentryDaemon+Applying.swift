// How the rules in force change.
//
// Whoever wants other rules has them looked at first: the document's findings and tests, and whether its rules would end the SSH
// connection he comes by. All that may take its time. Then changes come one after the other (`changes`): is the generation in force
// still the expected one, is no other document on trial? The packet thread gets the rules, then the kernel; neither waits for a disk.
//
// A document on trial is in force like any other, but is not written to the disk: whatever ends the daemon, the next start takes the
// one before.

public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

extension SentryDaemon {
  /// Puts a document in force between two packets, or says why not; then the rules in force stay as they are.
  ///
  /// Tables stay, and so do the counters of rules that did not change.
  ///
  /// - Throws: `generationChanged` if another is in force than the terms say; `refused` while a document is on trial.
  public func apply(
    _ submitted: SubmittedDocument, on terms: ApplyTerms = ApplyTerms(), by caller: Caller = .thisProcess
  ) async throws(DaemonError) -> ApplyReply {
    try checkMayApply(submitted, terms)
    let origin = submitted.isUsable(on: terms) ? await origin(of: caller) : .none
    let login = await login(by: origin, under: submitted.document.ruleSet)
    try await takeTurn(for: caller)
    defer { changes.give() }
    try checkMayApply(submitted, terms)
    let current = active
    defer {
      if max(submitted.size, current.text.utf8.count) >= FreedMemory.largeDocument { FreedMemory.giveBackSoon() }
    }
    guard
      let new = AppliedDocument(
        submitted, generation: current.rules.generation &+ 1, labels: labels, appliedTime: WallClock.seconds(),
        isHeldToTests: terms.expected == nil, edits: terms.change.map { current.edits(and: $0) }, user: caller.user)
    else {
      outcomes.refused &+= 1
      let edited = terms.change == nil ? "" : " as edited"
      tell("\(submitted.name)\(edited) refused: \(submitted.diagnostics.summary)")
      return ApplyReply(applied: false, findings: submitted.findings, document: current.report)
    }
    let isForced = terms.isForced || terms.trialSeconds != nil
    if login.isBarred, !isForced { return refusal(of: submitted, login) }
    let change = try await putInForce(new, on: terms.trial(by: origin), caller)
    if terms.change == nil { outcomes.applied &+= 1 } else { outcomes.edited &+= 1 }
    if terms.trialSeconds == nil { await remember(new, isChosen: terms.isChosen, after: current) }
    var reply = change.reply(findings: submitted.findings)
    reply.note(login)
    reply.trial = change.trial
    tell(about: new, change, login)
    if terms.wantsDifference { reply.difference = await Self.difference(from: current.text, to: submitted.document) }
    return reply
  }

  /// Waits for the turn to change something. Whoever gets it must give it back (`changes`).
  ///
  /// - Throws: `refused` if the caller has gone meanwhile.
  func takeTurn(for caller: Caller) async throws(DaemonError) {
    await changes.take()
    guard surroundings.isGone(caller) else { return }
    changes.give()
    throw .refused(.givenUp)
  }

  private func checkMayApply(_ submitted: SubmittedDocument, _ terms: ApplyTerms) throws(DaemonError) {
    let generation = active.rules.generation
    if let expected = terms.expected, expected != generation {
      throw .generationChanged(expected: expected, found: generation)
    }
    guard let trial else { return }
    outcomes.refused &+= 1
    tell("\(submitted.name) refused: \(active.name) is on trial")
    throw .refused(.onTrial(name: active.name, remaining: trial.remaining(now: uptime())))
  }

  func refusal(of submitted: SubmittedDocument, _ login: LoginOutlook) -> ApplyReply {
    outcomes.refused &+= 1
    switch login {
    case .safe: break
    case .ends(let lockout): tell("\(submitted.name) refused: \(lockout.text)")
    case .hidden: tell("\(submitted.name) refused: the SSH connection it comes by cannot be seen")
    }
    var reply = ApplyReply(applied: false, findings: submitted.findings, document: active.report)
    reply.note(login)
    return reply
  }

  private func tell(about new: AppliedDocument, _ change: RuleChange, _ login: LoginOutlook) {
    var text =
      new.edits.map { "\(new.name) edited while in force: \($0.last)" }
      ?? "\(new.name) applied: \(counted(new.report.ruleCount, "rule"))"
    if let trial = change.trial { text += ", on trial for \(counted(trial.seconds, "second"))" }
    tell("\(text); the rules before judged \(counted(change.replacement.judged, "packet"))", after: change)
    if case .ends(let lockout) = login, lockout.enforced { tell("\(new.name) was applied although \(lockout.text)") }
  }

  /// Takes its time.
  nonisolated static func difference(from text: String, to document: RuleDocument) async -> DifferenceReport? {
    DifferenceReport(from: text, to: document)
  }

  // MARK: In force

  /// What became of the rules before.
  struct RuleChange {
    var document: DocumentReport
    var before: DocumentReport
    var replacement: Replacement
    /// Rules that kept their counters.
    var keptCounters: Int
    var trial: TrialReport?
    /// The rules before asked what programs may do, and these do not.
    var asksNoProgram = false

    func reply(findings: [DiagnosticRecord]) -> ApplyReply {
      var reply = ApplyReply(
        applied: true, findings: findings, document: document,
        replaced: GenerationReport(document: before, judged: replacement.judged),
        interfaces: replacement.interfaces.map(\.report), keptCounters: keptCounters)
      let makingWay = replacement.makingWay.map { MakingWayReport(table: $0.table, entries: $0.entries) }
      if !makingWay.isEmpty { reply.makingWay = makingWay }
      if asksNoProgram { reply.programsUnasked = true }
      return reply
    }
  }

  /// Has the packet thread, then the kernel, go by other rules from now on. Whoever calls this has the turn (`changes`).
  ///
  /// - Parameter terms: on trial on these; `nil` for good.
  func putInForce(
    _ new: AppliedDocument, on terms: TrialTerms? = nil, _ caller: Caller
  ) async throws(DaemonError) -> RuleChange {
    let current = active
    let pairing = RulePairing(old: current.rules.ruleSet, new: new.rules.ruleSet)
    begin(new)
    endTrial()
    if let terms { beginTrial(Trial(before: current, terms: terms, caller: caller, now: uptime())) }
    let report = trial?.report(now: uptime())
    gate?.endFlows()
    await creditKernelCounts()
    let isOnTrial = terms != nil
    let replacement = try await ask { $0.install(new.rules, pairing: pairing, isOnTrial: isOnTrial) }
    follow(new.rules, after: current.rules, isOnTrial: terms != nil)
    await memory.measure(
      new.rules, counters: replacement.counters, replaced: (current.rules.generation, replacement.replacedCounters))
    await notifications?.follow(new.rules.ruleSet)
    await logins.follow(new.rules.ruleSet.settings)
    await applications.follow(new.rules.applicationPolicy)
    await lists?.follow(new.rules.ruleSet.lists, isOnTrial: terms != nil)
    if new.rules.protectedNetworks != current.rules.protectedNetworks { gate?.followSparedAddresses() }
    try await refreshLocal()
    return RuleChange(
      document: new.report, before: current.report, replacement: replacement,
      keptCounters: pairing.count, trial: report,
      asksNoProgram: current.rules.applicationPolicy != nil && new.rules.applicationPolicy == nil)
  }

  func uptime() -> Timestamp { surroundings.uptime() }

  /// Says what has changed the rules, and what that has done to table trigger.
  func tell(_ message: String, after change: RuleChange) {
    tell(message)
    if change.asksNoProgram { tell("from now on it is not asked what programs may do") }
    if let notice = SparedEntries.notice(change.replacement.spared) { tell(notice) }
    for excess in change.replacement.makingWay {
      let entries = counted(excess.entries, "entry", plural: "entries")
      let moment = change.trial == nil ? "have made way" : "make way once it is confirmed"
      tell("\(entries) of table \(excess.table) \(moment), for it gets smaller")
    }
  }

  /// A document was put in force for good.
  func remember(_ new: AppliedDocument, isChosen: Bool = true, after old: AppliedDocument) async {
    previous = old.stored(isChosen: true)
    await write(new.stored(isChosen: isChosen), generation: new.rules.generation)
  }
}

extension SubmittedDocument {
  /// Whether it is worth asking what its rules would do.
  fileprivate func isUsable(on terms: ApplyTerms) -> Bool {
    document.ruleSet != nil && (testFailures.isEmpty || terms.expected != nil)
  }
}

extension ApplyTerms {
  /// - Parameter origin: the SSH connection that the document comes through.
  fileprivate func trial(by origin: SSHOrigin.Search) -> TrialTerms? {
    trialSeconds.map { seconds in
      if case .found(let login) = origin { return TrialTerms(seconds: seconds, login: login.flow) }
      return TrialTerms(seconds: seconds)
    }
  }
}
