internal import SentryControl
internal import SentryPacket

/// What holds for a way of a program for a while: answers that are not kept, that nobody has given, or about what is no longer at its
/// path.
struct TemporaryPermission: Sendable, Equatable {
  var path: String
  var answer: KeptPermission.Decision
  /// `nil`: as long as the daemon runs.
  var end: ContinuousClock.Instant?
  /// Who has answered; `nil` if nobody has.
  var by: String?

  var permission: ApplicationPermission { answer == .allow ? .allowed : .denied }
}

extension ApplicationDesk {
  /// - Parameter seconds: `nil` for as long as the daemon runs.
  func hold(_ way: Way, at path: String, _ answer: KeptPermission.Decision, by user: String?, seconds: Int?) {
    let end = seconds.map { ContinuousClock.now + .seconds($0) }
    temporary[way] = TemporaryPermission(path: path, answer: answer, end: end, by: user)
    revision += 1
    Task { [weak self] in
      await self?.settle(way)
      guard let end else { return }
      try? await Task.sleep(until: end, clock: .continuous)
      await self?.end(way, at: end)
    }
  }

  /// Connections that are open stay what they are. What was decided anew meanwhile has an end of its own.
  private func end(_ way: Way, at end: ContinuousClock.Instant) async {
    guard temporary[way]?.end == end else { return }
    temporary[way] = nil
    revision += 1
    await settle(way)
  }

  private func settle(_ way: Way) async {
    if let program = programs[way.program] { await settle([program], rechecks: false) }
  }

  /// What holds for a while for ways of the programs at a path.
  func temporary(at path: String, _ directions: [Direction] = [.inbound, .outbound]) -> [Way: TemporaryPermission] {
    temporary.filter { $0.value.path == path && directions.contains($0.key.direction) }
  }

  /// Ends what holds for a while; whoever calls this has it told.
  func end(_ ways: some Sequence<Way>) {
    for way in ways { temporary[way] = nil }
    revision += 1
  }

  func reports(_ ways: [Way: TemporaryPermission]) -> [TemporaryPermissionReport] {
    let now = ContinuousClock.now
    return ways.sorted { ($0.key.program, $0.key.direction.word) < ($1.key.program, $1.key.direction.word) }.map {
      way, held in
      TemporaryPermissionReport(
        direction: way.direction.word, answer: held.answer.rawValue,
        remainingSeconds: held.end.map { max(.zero, $0 - now) / .seconds(1) }, by: held.by,
        replaced: held.end == nil || programs[way.program]?.isReplaced == true ? true : nil)
    }
  }

  var temporaryReports: [String: [TemporaryPermissionReport]] {
    Dictionary(grouping: temporary) { $0.value.path }.mapValues { ways in
      reports(Dictionary(uniqueKeysWithValues: ways.map { ($0.key, $0.value) }))
    }
  }
}
