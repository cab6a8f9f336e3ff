public import SentryControl
internal import SentryDiagnostics
internal import SentryEngine

// Documents on trial: in force until somebody confirms them, or their time is over.

extension SentryDaemon {
  /// The document on trial stays in force.
  ///
  /// - Parameter isForced: also where the confirmation comes through the SSH connection that the document came through.
  public func confirm(by caller: Caller, isForced: Bool = false) async throws(DaemonError) -> ConfirmReply {
    let login = await origin(of: caller)
    try await takeTurn(for: caller)
    defer { changes.give() }
    guard let trial else { throw .refused(.nothingOnTrial) }
    if let objection = trial.objection(to: caller, by: login, isForced: isForced) { throw .refused(objection) }
    try await ask { $0.settleRoom() }
    endTrial()
    let remaining = trial.remaining(now: uptime())
    let document = active
    tell("\(document.name) confirmed by \(caller.user), \(counted(remaining, "second")) before its time was over")
    for remark in gate?.writeBootCopy() ?? [] { tell(remark) }
    await remember(document, after: trial.before)
    return ConfirmReply(document: document.report, remaining: remaining)
  }

  /// Has the rules before return if nobody has confirmed those on trial in time.
  ///
  /// - Returns: nanoseconds until that is due; `nil` if nothing is on trial any more.
  @discardableResult
  func endTrialIfOver() async -> Int64? {
    await changes.take()
    defer { changes.give() }
    guard let trial else { return nil }
    guard trial.isOver(now: uptime()) else { return trial.nanosecondsLeft(now: uptime()) }
    let name = active.name
    guard let change = try? await returnToRulesBefore(trial, trial.caller) else { return nil }
    outcomes.unconfirmed &+= 1
    tell(
      "\(name) was not confirmed within \(counted(trial.seconds, "second")): \(change.document.name) is in force again; "
        + "the rules on trial judged \(counted(change.replacement.judged, "packet"))", after: change)
    return nil
  }

  /// What is written on the disk is in force again.
  func returnToRulesBefore(_ trial: Trial, _ caller: Caller) async throws(DaemonError) -> RuleChange {
    let document = trial.before.again(generation: active.rules.generation &+ 1, labels: labels)
    let change = try await putInForce(document, caller)
    await memory.note(
      document.stored(isChosen: true), generation: document.rules.generation, isNew: false)
    // Whoever has turned the firewall off and on meanwhile has left the next boot with nothing.
    for remark in gate?.writeBootCopy() ?? [] { tell(remark) }
    return change
  }
}
