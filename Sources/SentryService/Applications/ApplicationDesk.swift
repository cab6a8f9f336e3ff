// What programs of this host may do: the table of what was decided, and the questions about what was not.
//
// The packet thread tells which programs it meets (`MetProgram`), each once, and gets back what they may do (`ProgramPermission`). What
// it does not know it holds. A change of the table is told to it for all programs of the path, so that it holds for connections that
// are open, too.

internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Decides what programs may do, and asks people about it.
actor ApplicationDesk {
  /// What an answer that is not kept, or none, holds for, in seconds: that long nobody is asked about that again.
  static let temporarySeconds = 300
  private static let programsRemembered = 4_096

  private struct Way: Hashable {
    var program: UInt32
    var direction: Direction
  }

  private let file: PermissionFile?
  /// Has the packet thread go by what was decided.
  private let publish: @Sendable ([UInt32: ProgramPermission], _ rechecks: Bool) async -> Void
  private let tell: @Sendable (String) -> Void
  private let digests = DigestCache()
  /// Why nobody is asked; `nil` if people are.
  private let silence: String?
  private var table = PermissionTable()
  /// Why the file could not be read: nothing is written over it.
  private var problem: String?
  private var programs: [UInt32: MetProgram] = [:]
  private var policy: ApplicationSettings?
  private var temporary: [Way: KeptPermission.Decision] = [:]
  private var questions = ApplicationQuestions()
  private var counts = ApplicationCountsReport()
  /// Goes up with everything that changes what programs may do.
  private var revision = 0
  /// Changes of the table, one after another: each ends with the file written.
  private let turns = Turns()

  /// - Parameters:
  ///   - silence: why nobody is to be asked; `nil` if people are.
  ///   - publish: has the packet thread go by what was decided, about programs by their numbers.
  init(
    stateDirectory: String?, silence: String?, tell: @escaping @Sendable (String) -> Void,
    publish: @escaping @Sendable ([UInt32: ProgramPermission], _ rechecks: Bool) async -> Void
  ) {
    file = stateDirectory.map { PermissionFile(stateDirectory: $0) }
    self.silence = silence
    self.tell = tell
    self.publish = publish
  }

  /// Reads what was decided before.
  func begin(_ policy: ApplicationSettings?) {
    self.policy = policy
    readFile()
    if let problem { tell("no program has a permission: \(problem)") }
  }

  private func readFile() {
    guard let file else { return }
    do throws(PermissionFile.Failure) {
      table = try file.read()
      problem = nil
    } catch {
      problem = error.reason
    }
  }

  /// The rules in force say something else of programs without a permission: what waits is judged by that, or asked again.
  ///
  /// - Parameter policy: `nil` also where rules do not ask for permissions.
  func follow(_ policy: ApplicationSettings?) async {
    guard policy != self.policy else { return }
    self.policy = policy
    revision += 1
    temporary = [:]
    let answer: KeptPermission.Decision = policy?.unknown == .allow ? .allow : .deny
    for question in questions.drop({ _ in answer }, by: nil) {
      tell("question \(question.number) is void: other rules are in force")
    }
    await settle(programs.values.sorted { $0.number < $1.number }, rechecks: true)
  }

  // MARK: What the packet thread tells

  /// Takes what the packet thread tells, until that ends.
  func run(_ queue: ApplicationQueue) async {
    for await _ in queue.announcements {
      for notice in queue.takeAll() { take(notice) }
      if Task.isCancelled { return }
    }
  }

  func take(_ notice: ApplicationNotice) {
    switch notice {
    case .met(let program): meet(program)
    case .waits(let connection): ask(about: connection)
    case .passedOver: counts.unasked += 1
    }
  }

  private func meet(_ program: MetProgram) {
    if programs.count >= Self.programsRemembered, let oldest = programs.keys.min() { programs[oldest] = nil }
    programs[program.number] = program
    Task { await settle([program], rechecks: false) }
  }

  /// What holds now for programs, told to the packet thread.
  private func settle(_ programs: [MetProgram], rechecks: Bool) async {
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

  /// A path that is no text cannot be decided about.
  private func path(of program: MetProgram) -> String? { String(validating: program.path, as: UTF8.self) }

  private func permission(of program: MetProgram) async -> ProgramPermission {
    guard let path = path(of: program) else { return table.permission(of: "", sha256: nil) { _, _ in otherwise } }
    var sha256: String?
    if table.entries(of: path).contains(where: \.allowsAnything) {
      sha256 = await digests.digest(of: program, at: path)
    }
    return table.permission(of: path, sha256: sha256) { direction, isChanged in
      rest(Way(program: program.number, direction: direction), isChanged)
    }
  }

  /// What holds for a way about which nothing is decided; `nil` where somebody is to be asked.
  private func rest(_ way: Way, _ isChanged: Bool) -> ApplicationPermission? {
    switch policy?.unknown {
    case .allow: return .allowed
    case .deny: return .denied
    case .ask where silence == nil: return temporary[way].map { $0 == .allow ? .allowed : .denied }
    case .ask, nil: return isChanged ? .changed : .unknown
    }
  }

  private var otherwise: ApplicationPermission? {
    switch policy {
    case nil: .unknown
    case let policy?:
      (policy.unknown == .ask ? policy.otherwise == .allow : policy.unknown == .allow) ? .allowed : .denied
    }
  }

  // MARK: Questions

  private func ask(about connection: WaitingConnection) {
    guard let policy, let path = programs[connection.program].flatMap({ path(of: $0) }),
      !questions.isAsked(connection.program, connection.direction)
    else { return }
    let way = Way(program: connection.program, direction: connection.direction)
    guard !questions.isFull else {
      counts.unasked += 1
      return decide(way, policy.otherwise == .allow ? .allow : .deny)
    }
    let isChanged = table.entry(of: path, user: nil)?[connection.direction] == .allow
    programs[connection.program]?.process = connection.process
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
    let answer: KeptPermission.Decision = policy.otherwise == .allow ? .allow : .deny
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
    let answer = try Self.decision(request.answer, "answer")
    guard let question = questions.waiting(number) else { throw refusal(of: number) }
    let direction = question.first.direction
    var kept: KeptPermission?
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
      kept = try await change(question.path, user: nil) { (entry: inout KeptPermission) throws(PermissionRefusal) in
        // While the file was read and others had their turn, it may have been settled: then that holds.
        guard questions.waiting(number) != nil else { throw refusal(of: number) }
        if let sha256 { entry.renew(sha256) }
        entry[direction] = answer
        (entry.by, entry.how) = (user, .asked)
      }
    }
    guard let settled = questions.settle(number, answer, by: user) else { throw refusal(of: number) }
    if answer == .allow { counts.allowed += 1 } else { counts.denied += 1 }
    let once = request.once == true ? " for \(Self.temporarySeconds / 60) minutes" : ""
    tell("\(user) has answered question \(number): \(settled.path.visible) is \(answer.past)\(once)")
    if kept == nil {
      decide(Way(program: settled.program, direction: direction), answer)
    } else {
      await republish(settled.path, by: user)
    }
    return ApplicationAnswerReply(question: settled.report(now: .now), permission: kept?.report)
  }

  private func refusal(of number: Int) -> PermissionRefusal {
    questions.isKnown(number)
      ? PermissionRefusal(.gone, "question \(number) is settled already")
      : PermissionRefusal(.missing, "there is no question \(number); 'sentry applications ask' shows those that wait")
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

  // MARK: Decisions

  /// Allows or denies a program, or leaves one way undecided again.
  func permit(_ request: PermissionRequest, by user: String) async throws(PermissionRefusal) -> PermissionReport {
    let path = try Self.path(request.path)
    let inbound = try Self.wish(request.inbound, "inbound")
    let outbound = try Self.wish(request.outbound, "outbound")
    guard inbound != nil || outbound != nil else {
      throw PermissionRefusal(.unusable, "nothing is decided: give inbound, outbound or both as allow or deny")
    }
    let owner = try Self.user(request.user)
    var sha256: String?
    if inbound == .some(.allow) || outbound == .some(.allow) { sha256 = try await digest(at: path) }
    let entry = try await change(path, user: owner) { entry in
      if let sha256 { entry.renew(sha256) }
      if let inbound { entry.inbound = inbound }
      if let outbound { entry.outbound = outbound }
      (entry.by, entry.how) = (user, .command)
    }
    tell("\(user) decided about \(path.visible): \(entry.text)")
    await republish(path, by: user)
    return entry.report
  }

  /// Takes back what was decided.
  func forget(
    _ request: ForgetPermissionRequest, by user: String
  ) async throws(PermissionRefusal) -> [PermissionReport] {
    let owner = try Self.user(request.user)
    await turns.take()
    defer { turns.give() }
    try checkFile()
    var new = table
    let gone = new.remove(request.path, user: owner)
    guard !gone.isEmpty else {
      throw PermissionRefusal(.missing, "nothing was decided about \(request.path.visible)")
    }
    try keep(new)
    tell("\(user) took back what was decided about \(request.path.visible)")
    await republish(request.path, by: user)
    return gone.map(\.report)
  }

  private func digest(at path: String) async throws(PermissionRefusal) -> String {
    if ExecutableDigest.isScript(path) {
      throw PermissionRefusal(
        .unusable, "\(path.visible) is a script: what runs it is the program, allow that (its first line names it)")
    }
    switch await digests.digest(at: path) {
    case .success(let digest): return digest.sha256
    case .failure(let failure):
      throw PermissionRefusal(
        failure.isMissing ? .missing : .unusable, "\(path.visible) cannot be allowed: \(failure.reason)")
    }
  }

  private func change(
    _ path: String, user: UInt32?, _ edit: (inout KeptPermission) throws(PermissionRefusal) -> Void
  ) async throws(PermissionRefusal) -> KeptPermission {
    await turns.take()
    defer { turns.give() }
    try checkFile()
    var new = table
    guard new.entry(of: path, user: user) != nil || !new.isFull else {
      throw PermissionRefusal(
        .notKept, "something is decided about \(PermissionTable.capacity) programs already: forget some of them")
    }
    var entry =
      new.entry(of: path, user: user) ?? KeptPermission(path: path, user: user, time: 0, by: "", how: .command)
    try edit(&entry)
    guard entry.decidesAnything || new.entry(of: path, user: user) != nil else {
      throw PermissionRefusal(.missing, "nothing was decided about \(path.visible)")
    }
    if !entry.allowsAnything { entry.sha256 = nil }
    // Whole, as the file has it.
    entry.time = WallClock.seconds().rounded(.down)
    if entry.decidesAnything { new.set(entry) } else { new.removeEntry(of: path, user: user) }
    try keep(new)
    return entry
  }

  /// A file that could not be read is not written over; perhaps somebody has mended it.
  private func checkFile() throws(PermissionRefusal) {
    if problem != nil { readFile() }
    if let problem { throw PermissionRefusal(.notKept, "\(problem); mend or remove the file first") }
  }

  private func keep(_ new: PermissionTable) throws(PermissionRefusal) {
    if let failure = file?.write(new) { throw PermissionRefusal(.notKept, "it cannot be kept: \(failure)") }
    table = new
    revision += 1
  }

  /// Has the packet thread go by what holds for a path now, open connections included.
  private func republish(_ path: String, by user: String) async {
    let own = programs.values.filter { self.path(of: $0) == path }
    await settle(own.sorted { $0.number < $1.number }, rechecks: true)
    let general = table.entry(of: path, user: nil)
    _ = questions.drop({ $0.path == path ? general?[$0.first.direction] : nil }, by: user)
  }

  // MARK: Reports

  /// What is known besides what runs now.
  struct Known: Sendable {
    var entries: [KeptPermission]
    var policy: ApplicationPolicyReport?
    var questions: Int
    var counts: ApplicationCountsReport
    var problem: String?
  }

  var known: Known {
    Known(
      entries: table.entries, policy: policyReport, questions: questions.waiting.count, counts: counts,
      problem: problem)
  }

  /// Paths of which what is there now is not what was allowed.
  func changedPaths() async -> Set<String> {
    var changed: Set<String> = []
    for entry in table.entries where entry.allowsAnything && !changed.contains(entry.path) {
      if case .success(let digest) = await digests.digest(at: entry.path), digest.sha256 != entry.sha256 {
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
    guard let path else { return Self.unanswered(policy, isChanged: false) }
    var sha256: String?
    if table.entries(of: path).contains(where: \.allowsAnything),
      case .success(let digest) = await digests.digest(at: path)
    {
      sha256 = digest.sha256
    }
    let permission = table.permission(of: path, sha256: sha256) { _, isChanged in
      Self.unanswered(policy, isChanged: isChanged)
    }
    return permission.permission(of: user, direction)
  }

  private static func unanswered(_ policy: ApplicationSettings?, isChanged: Bool) -> ApplicationPermission {
    switch policy?.unknown {
    case .allow: .allowed
    case .deny: .denied
    case .ask: policy?.otherwise == .allow ? .allowed : .denied
    case nil: isChanged ? .changed : .unknown
    }
  }

  // MARK: Words

  private static func decision(_ text: String, _ what: String) throws(PermissionRefusal) -> KeptPermission.Decision {
    guard let decision = KeptPermission.Decision(rawValue: text) else {
      throw PermissionRefusal(.unusable, "\(what) must be allow or deny, found '\(text.visible)'")
    }
    return decision
  }

  /// `nil`: as it was before; `.some(nil)`: no longer decided.
  private static func wish(
    _ text: String?, _ what: String
  ) throws(PermissionRefusal) -> KeptPermission.Decision?? {
    guard let text else { return nil }
    if text == PermissionRequest.undecided { return .some(nil) }
    guard let decision = KeptPermission.Decision(rawValue: text) else {
      throw PermissionRefusal(.unusable, "\(what) must be allow, deny or undecided, found '\(text.visible)'")
    }
    return decision
  }

  private static func user(_ text: String?) throws(PermissionRefusal) -> UInt32? {
    guard let text else { return nil }
    guard let user = UInt32(text) ?? UserNames.number(of: text) else {
      throw PermissionRefusal(.unusable, "this host has no user called '\(text.visible)'")
    }
    return user
  }

  /// The path as the kernel knows it, where something is there.
  private static func path(_ text: String) throws(PermissionRefusal) -> String {
    guard text.hasPrefix("/"), text.utf8.count <= 4_096, !text.utf8.contains(0) else {
      throw PermissionRefusal(
        .unusable, "'\(text.visible)' is no path from the root, such as /usr/bin/curl")
    }
    return resolved(text)
  }

  static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}

extension KeptPermission.Decision {
  var past: String { self == .allow ? "allowed" : "denied" }
}

extension KeptPermission {
  /// `inbound allowed, outbound denied, for anna alone`
  var text: String {
    let ways = [("inbound", inbound), ("outbound", outbound)].compactMap { name, decision in
      decision.map { "\(name) \($0.past)" }
    }
    let whose = user.map { ", for \((UserNames.name(of: $0) ?? "\($0)").visible) alone" } ?? ""
    return (ways.isEmpty ? "nothing any longer" : ways.joined(separator: ", ")) + whose
  }
}
