internal import DequeModule
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

// What the process that looks up owners answers, and what becomes of questions that it does not answer.

extension OwnerDesk {
  /// Takes the answers that have come.
  ///
  /// - Returns: false if the process has ended: then `lose` it.
  func receive(now: Timestamp) -> Bool {
    process.client?.receive { answer, executable in take(answer, executable, now) } ?? true
  }

  /// Whether flows were denied since the last call that may have passed before.
  func takeLateDenials() -> Bool {
    defer { hasDeniedLate = false }
    return hasDeniedLate
  }

  /// Gives up questions that have waited too long.
  func giveUpOverdue(now: Timestamp) {
    giveUp(questions.count(olderThan: Self.patience, now: now), now: now)
    table.expire(now: now)
  }

  private func take(_ answer: OwnerAnswer, _ executable: RawSpan, _ now: Timestamp) {
    guard let question = questions.take(answer.number) else { return }
    counts.answers += 1
    counts.waitNanoseconds += UInt64(max(0, now.nanoseconds - question.time.nanoseconds))
    if answer.outcome == .hidden { counts.hidden += 1 }
    process.problem = answer.outcome == .notSupported ? "the kernel does not tell whose sockets are (inet_diag)" : nil
    let isLate = questions.isSettled(question.number)
    settle(question, answer, executable, now)
    if isLate, case .known(let owner) = table.knowledge(of: question.flow, now: now), owner.permission == .denied {
      hasDeniedLate = true
    }
    questions.settle(question.number)
  }

  private func settle(
    _ question: OwnerQuestions.Question, _ answer: OwnerAnswer, _ executable: RawSpan, _ now: Timestamp
  ) {
    guard permissions.isAsked, !question.isLoopback else {
      guard answer.user != nil else { return table.settle(question.flow, nil, now: now) }
      let number = applications.number(of: executable, permissions.isAsked ? answer.identity : nil)
      let owner = program.owner(executable: executable, user: answer.user)
      return table.settle(question.flow, owner, program: OwnerTable.Program(number: number), now: now)
    }
    var owner = PacketOwner()
    var number: UInt32 = 0
    if answer.user != nil {
      owner = program.owner(executable: executable, user: answer.user)
      number = applications.number(of: executable, answer.identity)
    }
    let (program, permission) = permissions.knowledge(of: number, executable, answer, question)
    owner.permission = permission
    table.settle(question.flow, owner, program: program, isBrief: answer.user == nil, now: now)
  }

  /// Something was decided about programs, by their numbers.
  ///
  /// - Parameter rechecks: it holds for connections, too, of which something else was decided before.
  /// - Returns: whether there are such connections.
  func decide(_ news: [UInt32: ProgramPermission], rechecks: Bool) -> Bool {
    permissions.review()
    var hasChanged = false
    table.decide { program, permission, user in
      guard let new = news[program.number], program.isUndecided || rechecks, permission != nil || program.isUndecided
      else { return nil }
      let value = new.permission(of: user, program.opening)
      if !program.isUndecided, value != permission { hasChanged = true }
      return OwnerTable.Decision(value)
    }
    // Who was forgotten may be the one about whom it was decided: that is asked again.
    if rechecks, table.forget(where: { $0.number != 0 && !applications.isRemembered($0.number) }) { hasChanged = true }
    return hasChanged
  }

  /// The packets of the oldest questions wait no longer.
  func giveUp(_ count: Int, now: Timestamp) {
    for question in questions.waiting.prefix(count) where !questions.isSettled(question.number) {
      settleUnanswered(question, now)
      questions.settle(question.number)
    }
  }

  /// Nobody has told whose a flow is: that is believed for a second. What would be refused is dropped where it is sent again, and then
  /// it is asked again.
  func settleUnanswered(_ question: OwnerQuestions.Question, _ now: Timestamp) {
    counts.unanswered += 1
    guard permissions.isAsked, question.mayBeLocal, question.flow.local.isOfThisHost(interface: question.interface)
    else { return table.settle(question.flow, nil, now: now) }
    permissions.unfound.count(.unanswered)
    guard !permissions.drops(question.flow) else { return table.forget(question.flow) }
    var owner = PacketOwner()
    owner.permission = permissions.fallback
    table.settle(question.flow, owner, isBrief: true, now: now)
  }
}
