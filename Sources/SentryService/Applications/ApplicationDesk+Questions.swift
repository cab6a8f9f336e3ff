internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

// Questions about programs, from the packet that asks to the answer.

extension ApplicationDesk {
  func ask(about connection: WaitingConnection) {
    guard let policy, let path = programs.path(of: connection.program),
      !questions.isAsked(connection.program, connection.direction)
    else { return }
    let way = Way(program: connection.program, direction: connection.direction)
    guard !questions.isFull(for: connection.user) else {
      passOver()
      return hold(way, at: path, policy.unansweredDecision, by: nil, seconds: Self.temporarySeconds)
    }
    let isReplaced = programs[connection.program]?.isReplaced ?? false
    let isChanged = !isReplaced && kept.table.entry(of: path, user: nil)?[connection.direction] == .allow
    programs.note(process: connection.process, of: connection.program)
    let question = questions.ask(
      connection, path: path, isChanged: isChanged, isReplaced: isReplaced, time: WallClock.seconds(),
      end: .now + .seconds(policy.timeoutSeconds))
    counts.asked += 1
    let remark =
      isReplaced
      ? " The process runs a file that has been replaced."
      : isChanged ? " It was allowed before, and has been changed since." : ""
    tell("question \(question.number): may \(question.text)?\(remark)")
    Task { [weak self] in
      try? await Task.sleep(until: question.end, clock: .continuous)
      await self?.timeOut(question.number)
    }
  }

  private func timeOut(_ number: Int) {
    guard let policy else { return }
    let answer = policy.unansweredDecision
    let term = ApplicationQuestions.Settlement.Term.seconds(Self.temporarySeconds)
    guard let question = questions.settle(number, ApplicationQuestions.Settlement(answer: answer, term: term)) else {
      return
    }
    counts.timedOut += 1
    let minutes = Self.temporarySeconds / 60
    tell(
      "nobody has answered question \(number): \(question.path.visible) is \(answer.past) for \(minutes) minutes")
    hold(question.way, at: question.path, answer, by: nil, seconds: Self.temporarySeconds)
  }

  /// Settles a question.
  func answer(
    _ number: Int, _ request: ApplicationAnswerRequest, by user: String
  ) async throws(PermissionRefusal) -> ApplicationAnswerReply {
    let answer = try PermissionWords.decision(request.answer, "answer")
    guard let question = questions.waiting(number) else { throw refusal(of: number) }
    var term = ApplicationQuestions.Settlement.Term.kept
    var permission: KeptPermission?
    if request.once == true {
      term = .seconds(Self.temporarySeconds)
    } else if await isAside(question) {
      term = .untilRestart
    } else {
      permission = try await keep(answer, to: question, by: user)
    }
    let settlement = ApplicationQuestions.Settlement(answer: answer, by: user, term: term)
    guard let settled = questions.settle(number, settlement) else { throw refusal(of: number) }
    if answer == .allow { counts.allowed += 1 } else { counts.denied += 1 }
    tell("\(user) has answered question \(number): \(settled.path.visible) is \(answer.past)\(term.text)")
    switch term {
    case .kept: await republish([settled.path], by: user)
    case .seconds(let seconds): hold(settled.way, at: settled.path, answer, by: user, seconds: seconds)
    case .untilRestart: hold(settled.way, at: settled.path, answer, by: user, seconds: nil)
    }
    return ApplicationAnswerReply(question: settled.report(now: .now), permission: permission?.report)
  }

  /// Remembers an answer.
  private func keep(
    _ answer: KeptPermission.Decision, to question: ApplicationQuestions.Question, by user: String
  ) async throws(PermissionRefusal) -> KeptPermission {
    var sha256: String?
    if answer == .allow {
      if let program = programs[question.program] { sha256 = await digests.digest(of: program, at: question.path) }
      guard sha256 != nil else {
        throw PermissionRefusal(
          .gone,
          "what \(question.path.visible) was when it was asked about cannot be read any more: allow it once, or by its path"
        )
      }
    }
    return try await change(question.path, user: nil) { (entry: inout KeptPermission) throws(PermissionRefusal) in
      // While the file was read and others had their turn, it may have been settled: then that holds.
      guard questions.waiting(question.number) != nil else { throw refusal(of: question.number) }
      if let sha256 { entry.renew(sha256) }
      entry.decide(question.first.direction, answer)
      (entry.by, entry.how) = (user, .asked)
    }
  }

  private func refusal(of number: Int) -> PermissionRefusal {
    questions.isKnown(number)
      ? PermissionRefusal(.gone, "question \(number) is settled already")
      : PermissionRefusal(.missing, "there is no question \(number); 'sentry applications ask' shows those that wait")
  }

  /// Somebody should have been asked, but too many wait.
  func passOver() {
    counts.unasked += 1
    let now = ContinuousClock.now
    guard lastPassedOver.map({ now - $0 >= .seconds(60) }) ?? true else { return }
    lastPassedOver = now
    tell("too much waits for a decision about its program: what comes now is judged as if nobody had answered")
  }

  /// No packet waits any longer, as when the firewall was switched off.
  func abandonQuestions() {
    for question in questions.void() {
      tell("question \(question.number) is void: nothing waits for its answer any more")
    }
  }

  /// The path of the program that a question asks about, if it is whether others may reach it.
  func programToBeReached(by number: Int) -> String? {
    questions.waiting(number).flatMap { $0.first.direction == .inbound ? $0.path : nil }
  }
}

extension ApplicationQuestions.Question {
  fileprivate var way: ApplicationDesk.Way {
    ApplicationDesk.Way(program: program, direction: first.direction)
  }
}

extension ApplicationQuestions.Settlement.Term {
  fileprivate var text: String {
    switch self {
    case .kept: ""
    case .seconds(let seconds): " for \(seconds / 60) minutes"
    case .untilRestart:
      ", as far as processes run the file that has been replaced, and as long as sentry runs"
    }
  }
}
