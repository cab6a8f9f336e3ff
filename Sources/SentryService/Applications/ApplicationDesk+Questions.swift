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
      return decide(way, policy.unansweredDecision)
    }
    let isChanged = kept.table.entry(of: path, user: nil)?[connection.direction] == .allow
    programs.note(process: connection.process, of: connection.program)
    let question = questions.ask(
      connection, path: path, isChanged: isChanged, time: WallClock.seconds(),
      end: .now + .seconds(policy.timeoutSeconds))
    counts.asked += 1
    let changed = isChanged ? " It was allowed before, and has been changed since." : ""
    tell("question \(question.number): may \(question.text)?\(changed)")
    Task { [weak self] in
      try? await Task.sleep(until: question.end, clock: .continuous)
      await self?.timeOut(question.number)
    }
  }

  private func timeOut(_ number: Int) {
    guard let policy else { return }
    let answer = policy.unansweredDecision
    guard let question = questions.settle(number, answer, by: nil) else { return }
    counts.timedOut += 1
    let minutes = Self.temporarySeconds / 60
    tell(
      "nobody has answered question \(number): \(question.path.visible) is \(answer.past) for \(minutes) minutes")
    decide(Way(program: question.program, direction: question.first.direction), answer)
  }

  /// For some minutes.
  private func decide(_ way: Way, _ answer: KeptPermission.Decision) {
    temporary[way] = answer
    revision += 1
    Task { [weak self] in
      await self?.settle(way, rechecks: false)
      try? await Task.sleep(for: .seconds(Self.temporarySeconds))
      await self?.end(way)
    }
  }

  /// Connections that are open stay what they are.
  private func end(_ way: Way) async {
    temporary[way] = nil
    revision += 1
    await settle(way, rechecks: false)
  }

  private func settle(_ way: Way, rechecks: Bool) async {
    if let program = programs[way.program] { await settle([program], rechecks: rechecks) }
  }

  /// Settles a question.
  func answer(
    _ number: Int, _ request: ApplicationAnswerRequest, by user: String
  ) async throws(PermissionRefusal) -> ApplicationAnswerReply {
    let answer = try PermissionWords.decision(request.answer, "answer")
    guard let question = questions.waiting(number) else { throw refusal(of: number) }
    let direction = question.first.direction
    var permission: KeptPermission?
    if request.once != true {
      var sha256: String?
      if answer == .allow {
        sha256 =
          if let program = programs[question.program] {
            await digests.digest(of: program, at: question.path)
          } else { nil }
        guard sha256 != nil else {
          throw PermissionRefusal(
            .gone,
            "what \(question.path.visible) was when it was asked about cannot be read any more: allow it once, or by its path"
          )
        }
      }
      permission = try await change(question.path, user: nil) {
        (entry: inout KeptPermission) throws(PermissionRefusal) in
        // While the file was read and others had their turn, it may have been settled: then that holds.
        guard questions.waiting(number) != nil else { throw refusal(of: number) }
        if let sha256 { entry.renew(sha256) }
        entry.decide(direction, answer)
        (entry.by, entry.how) = (user, .asked)
      }
    }
    guard let settled = questions.settle(number, answer, by: user) else { throw refusal(of: number) }
    if answer == .allow { counts.allowed += 1 } else { counts.denied += 1 }
    let once = request.once == true ? " for \(Self.temporarySeconds / 60) minutes" : ""
    tell("\(user) has answered question \(number): \(settled.path.visible) is \(answer.past)\(once)")
    if permission == nil {
      decide(Way(program: settled.program, direction: direction), answer)
    } else {
      await republish(settled.path, by: user)
    }
    return ApplicationAnswerReply(question: settled.report(now: .now), permission: permission?.report)
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
    let answer = policy?.unansweredDecision ?? .deny
    for question in questions.drop({ _ in answer }, by: nil) {
      tell("question \(question.number) is void: nothing waits for its answer any more")
    }
  }

  /// The path of the program that a question asks about, if it is whether others may reach it.
  func programToBeReached(by number: Int) -> String? {
    questions.waiting(number).flatMap { $0.first.direction == .inbound ? $0.path : nil }
  }
}
