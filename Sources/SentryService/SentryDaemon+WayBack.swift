public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryRules

// Earlier documents, and how they come back.

extension SentryDaemon {
  /// Puts an earlier document in force, which need not keep its promises.
  ///
  /// - Parameter expected: the generation from which the steps were counted; `nil` for the one in force.
  /// - Throws: `generationChanged` if another is in force than expected, or than at the beginning.
  public func rollBack(
    _ steps: Int, from expected: UInt32? = nil, isForced: Bool = false, by caller: Caller = .thisProcess
  ) async throws(DaemonError) -> ApplyReply {
    let (generation, wasOnTrial) = (active.rules.generation, trial != nil)
    if let expected, expected != generation { throw .generationChanged(expected: expected, found: generation) }
    let way = await wayBack()
    guard steps > 0, way.indices.contains(steps) else {
      throw .refused(.noDocument(steps: steps, available: way.count - 1))
    }
    let target = way[steps]
    let submitted = await Self.submitted(target)
    guard submitted.document.ruleSet != nil else { throw .refused(.unusable(name: target.name)) }
    let login = await login(by: origin(of: caller), under: submitted.document.ruleSet)
    try await takeTurn(for: caller)
    defer { changes.give() }
    let current = active
    defer {
      if max(submitted.size, current.text.utf8.count) >= FreedMemory.largeDocument { FreedMemory.giveBackSoon() }
    }
    guard generation == current.rules.generation, wasOnTrial == (trial != nil) else {
      throw .generationChanged(expected: generation, found: current.rules.generation)
    }
    if login.isBarred, !isForced { return refusal(of: submitted, login) }
    let change: RuleChange
    if let trial, steps == 1 {
      change = try await returnToRulesBefore(trial, caller)
    } else {
      change = try await goBack(to: submitted, steps: trial == nil ? steps : steps - 1, caller)
    }
    outcomes.rolledBack &+= 1
    tell(
      "\(change.document.name) of \(LocalTime().text(secondsSince1970: target.time)) is in force again: \(caller.user) went back from "
        + "\(current.name); its rules judged \(counted(change.replacement.judged, "packet"))", after: change)
    var reply = change.reply(findings: submitted.findings)
    reply.note(login)
    reply.difference = await Self.difference(from: current.text, to: submitted.document)
    return reply
  }

  /// - Parameter steps: in the list of what is written.
  private func goBack(
    to submitted: SubmittedDocument, steps: Int, _ caller: Caller
  ) async throws(DaemonError) -> RuleChange {
    guard
      let new = AppliedDocument(
        submitted, generation: active.rules.generation &+ 1, labels: labels, appliedTime: WallClock.seconds(),
        isHeldToTests: false, user: caller.user)
    else { throw .refused(.unusable(name: submitted.name)) }
    let change = try await putInForce(new, caller)
    previous = nil
    var stored = new.stored(isChosen: true)
    stored.change = StoredDocument.change(ofRollback: steps)
    await write(stored, generation: new.rules.generation)
    return change
  }

  private nonisolated static func submitted(_ document: StoredDocument) async -> SubmittedDocument {
    SubmittedDocument(name: document.name, reading: Array(document.text.utf8))
  }

  /// The documents one can go back to, the latest first: that in force, the one before it, and so on.
  private func wayBack() async -> [StoredDocument] {
    var documents = (try? await memory.pastDocuments()) ?? []
    if documents.isEmpty {
      // Nothing is kept on a disk, or it cannot be read.
      let confirmed = trial?.before ?? active
      documents = [previous, confirmed.stored(isChosen: true)].compactMap(\.self)
    }
    if trial != nil { documents.append(active.stored(isChosen: true)) }
    return StoredDocument.wayBack(through: documents)
  }

  /// The documents that `rollBack` can put in force.
  public func pastDocuments() async -> DocumentsReply {
    let moment = WayBackReport.Moment(generation: active.rules.generation, isOnTrial: trial != nil)
    if let known = wayBackReport, known.moment == moment, known.age < WayBackReport.longestAge { return known.reply }
    let isOnTrial = trial != nil
    let way = await wayBack()
    if way.contains(where: { $0.text.utf8.count >= FreedMemory.largeDocument }) { FreedMemory.giveBackSoon() }
    var reply = await Self.report(way, isOnTrial: isOnTrial)
    // One that has just come may not be among those that are kept yet.
    if way.first?.text == active.text {
      if moment.generation == active.rules.generation { reply.generation = moment.generation }
      wayBackReport = WayBackReport(moment: moment, reply: reply)
    }
    return reply
  }

  private nonisolated static func report(_ way: [StoredDocument], isOnTrial: Bool) async -> DocumentsReply {
    let current = way.first.flatMap { RuleDocument(reading: $0.text).ruleSet }
    return DocumentsReply(
      documents: way.enumerated().map { number, document in
        let ruleSet = number == 0 ? current : RuleDocument(reading: document.text).ruleSet
        var difference: DifferenceCounts?
        if let current, let ruleSet {
          difference = DifferenceReport(RuleDifference(from: current, to: ruleSet)).counts
        }
        return PastDocumentReport(
          number: number, time: document.time, user: document.user, name: document.name,
          change: document.cameBack ? "came back" : document.change, ruleCount: ruleSet?.rules.count,
          difference: difference, onTrial: number == 0 && isOnTrial ? true : nil)
      })
  }
}
