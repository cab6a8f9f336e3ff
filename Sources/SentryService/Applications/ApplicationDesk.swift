// What programs of this host may do: the table of what was decided, and the questions about what was not.
//
// The packet thread tells which programs it meets (`MetProgram`), each once, and gets back what they may do (`ProgramPermission`). What
// it does not know it holds. A change of the table is told to it for all programs of the path, so that it holds for connections that
// are open, too.

internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Decides what programs may do, and asks people about it.
actor ApplicationDesk {
  /// What an answer that is not kept, or none, holds for, in seconds: that long nobody is asked about that again.
  static let temporarySeconds = 300
  /// Between two looks at what the packet thread tells.
  private static let pause = Duration.milliseconds(10)

  struct Way: Hashable {
    var program: UInt32
    var direction: Direction
  }

  /// Has the packet thread go by what was decided.
  private let publish: @Sendable ([UInt32: ProgramPermission], _ rechecks: Bool) async -> Void
  let tell: @Sendable (String) -> Void
  let digests = DigestCache()
  /// Why nobody is asked; `nil` if people are.
  private let silence: String?
  var kept: PermissionKeeper
  var programs = MetPrograms()
  var policy: ApplicationSettings?
  var temporary: [Way: TemporaryPermission] = [:]
  var questions = ApplicationQuestions()
  var counts = ApplicationCountsReport()
  var lastPassedOver: ContinuousClock.Instant?
  /// Goes up with everything that changes what programs may do.
  var revision = 0
  /// Changes of the table, one after another: each ends with the file written.
  let turns = Turns()

  /// - Parameters:
  ///   - silence: why nobody is to be asked; `nil` if people are.
  ///   - publish: has the packet thread go by what was decided, about programs by their numbers.
  init(
    stateDirectory: String?, silence: String?, tell: @escaping @Sendable (String) -> Void,
    publish: @escaping @Sendable ([UInt32: ProgramPermission], _ rechecks: Bool) async -> Void
  ) {
    kept = PermissionKeeper(stateDirectory: stateDirectory)
    self.silence = silence
    self.tell = tell
    self.publish = publish
  }

  /// Reads what was decided before.
  func begin(_ policy: ApplicationSettings?) {
    self.policy = policy
    kept.begin()
    if let problem = kept.problem { tell("programs may do what was decided last, as far as that was kept: \(problem)") }
  }

  /// The rules in force say something else of programs without a permission: what waits is judged by that, or asked again.
  ///
  /// - Parameter policy: `nil` also where rules do not ask for permissions.
  func follow(_ policy: ApplicationSettings?) async {
    await lookAtFile()
    guard policy != self.policy else { return }
    self.policy = policy
    revision += 1
    temporary = temporary.filter { $0.value.end == nil }
    for question in questions.void() {
      tell("question \(question.number) is void: other rules are in force")
    }
    await settle(programs.all, rechecks: true)
  }

  // MARK: What the packet thread tells

  /// Takes what the packet thread tells, until that ends.
  func run(_ queue: ApplicationQueue) async {
    for await _ in queue.announcements {
      take(queue.takeAll())
      // What is told to the packet thread has it look through all flows.
      try? await Task.sleep(for: Self.pause)
      if Task.isCancelled { return }
    }
  }

  func take(_ notices: [ApplicationNotice]) {
    var met: [MetProgram] = []
    for notice in notices {
      switch notice {
      case .met(let program): met.append(program)
      case .waits(let connection): ask(about: connection)
      case .passedOver: passOver()
      case .abandoned: abandonQuestions()
      }
    }
    meet(met)
  }

  /// Those whose file need not be read are settled together.
  private func meet(_ met: [MetProgram]) {
    for program in met { programs.meet(program) }
    let readable = met.filter { needsDigest($0) }
    let others = met.filter { !needsDigest($0) }
    Task { await settle(others, rechecks: false) }
    for program in readable { Task { await settle([program], rechecks: false) } }
  }

  private func needsDigest(_ program: MetProgram) -> Bool {
    program.text.map { kept.table.entries(of: $0).contains(where: \.allowsAnything) } ?? false
  }

  /// What holds now for programs, told to the packet thread.
  func settle(_ programs: [MetProgram], rechecks: Bool) async {
    guard !programs.isEmpty else { return }
    var seen: Int
    repeat {
      seen = revision
      var news: [UInt32: ProgramPermission] = [:]
      for program in programs { news[program.number] = await permission(of: program) }
      await publish(news, rechecks)
      // Something else may have been decided meanwhile, and been told before this.
    } while seen != revision
  }

  func permission(of program: MetProgram) async -> ProgramPermission {
    guard let path = program.text else {
      let unanswered = policy?.unanswered ?? .unknown
      return kept.table.permission(of: "", sha256: nil) { _, _ in unanswered }
    }
    var sha256: String?
    if needsDigest(program) {
      sha256 = await digests.digest(of: program, at: path)
      let isReplaced = await isReplaced(program, sha256, at: path)
      programs.note(isReplaced: isReplaced, of: program.number)
    }
    return kept.table.permission(of: path, sha256: sha256) { direction, isChanged in
      rest(Way(program: program.number, direction: direction), isChanged)
    }
  }

  /// What holds for a way about which nothing is decided; `nil` where somebody is to be asked.
  private func rest(_ way: Way, _ isChanged: Bool) -> ApplicationPermission? {
    let temporary = temporary[way]
    if let temporary, temporary.end == nil { return temporary.permission }
    switch policy?.unknown {
    case .allow: return .allowed
    case .deny: return .denied
    case .ask where silence == nil: return temporary?.permission
    case .ask, nil: return isChanged ? .changed : .unknown
    }
  }

  func questionsReply() -> ApplicationQuestionsReply {
    let now = ContinuousClock.Instant.now
    return ApplicationQuestionsReply(
      time: WallClock.seconds(), waiting: questions.waiting.map { $0.report(now: now) },
      settled: questions.settled.map { $0.report(now: now) }, policy: policyReport)
  }

  var policyReport: ApplicationPolicyReport? {
    policy.map {
      ApplicationPolicyReport(
        unknown: $0.unknown.rawValue, timeoutSeconds: $0.timeoutSeconds, otherwise: $0.otherwise.rawValue,
        silence: $0.unknown == .ask ? silence : nil)
    }
  }

  // MARK: Reports

  /// What is known besides what runs now.
  struct Known: Sendable {
    var entries: [KeptPermission]
    var policy: ApplicationPolicyReport?
    var questions: Int
    var counts: ApplicationCountsReport
    var problem: String?
    /// What holds for a while, by path.
    var temporary: [String: [TemporaryPermissionReport]]
  }

  var known: Known {
    Known(
      entries: kept.table.entries, policy: policyReport, questions: questions.waiting.count, counts: counts,
      problem: kept.problem, temporary: temporaryReports)
  }

  /// Paths of which what is there now is not what was allowed.
  func changedPaths() async -> Set<String> {
    var changed: Set<String> = []
    for entry in kept.table.entries where entry.allowsAnything && !changed.contains(entry.path) {
      if case .success(let digest) = await digests.digest(at: entry.path), entry.isChanged(digest.sha256) {
        changed.insert(entry.path)
      }
    }
    return changed
  }

  /// What holds for a program of this path by the table, for a rehearsal; asked, it counts as if nobody answered. So does a
  /// program that cannot be told (`nil`).
  func rehearsed(_ path: String?, user: UInt32?, _ direction: Direction, _ policy: ApplicationSettings?) async
    -> ApplicationPermission?
  {
    guard let path else { return policy?.unanswered ?? .unknown }
    await lookAtFile()
    var sha256: String?
    if kept.table.entries(of: path).contains(where: \.allowsAnything),
      case .success(let digest) = await digests.digest(at: path)
    {
      sha256 = digest.sha256
    }
    let permission = kept.table.permission(of: path, sha256: sha256) { _, isChanged in
      policy?.unanswered ?? (isChanged ? .changed : .unknown)
    }
    return permission.permission(of: user, direction)
  }
}
