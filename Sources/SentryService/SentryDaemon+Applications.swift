internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

// What programs of this host may do.

extension SentryDaemon {
  static func applicationDesk(
    _ packets: PacketThread, _ intake: PacketIntake, stateDirectory: String?,
    _ tell: @escaping @Sendable (String) -> Void
  ) -> ApplicationDesk {
    ApplicationDesk(
      stateDirectory: stateDirectory, silence: intake.asksNobody, tell: tell,
      publish: { news, rechecks in try? await packets.perform { $0.decide(news, rechecks: rechecks) } })
  }

  /// Takes what the packet thread tells of programs, until the task is cancelled.
  func keepApplications() async { await applications.run(packets.applications) }

  private var asksForPermissions: Bool { active.rules.program.asksForPermissions }

  /// - Parameter packets: so many wait for a decision.
  func applicationsStatus(packets: Int) async -> ApplicationsStatusReport? {
    guard asksForPermissions else { return nil }
    let known = await applications.known
    var report = ApplicationsStatusReport(
      policy: known.policy, permissions: Set(known.entries.map(\.path)).count, questions: known.questions,
      counts: known.counts, packets: packets, problem: known.problem)
    report.warning = Self.sightWarning
    return report
  }

  /// The process that looks up has no more rights than we do.
  private static var sightWarning: String? {
    HostFiles.othersAreSeen
      ? nil
      : "sentry may not look into other users' processes: all their programs count as unknown ones that nobody answers for; "
        + "a service may with 'sentry service install --see-processes'"
  }

  func applicationsReply() async throws -> ApplicationsReply {
    await applications.lookAtFile()
    let (known, changed) = (await applications.known, await applications.changedPaths())
    let reports = try await trials.run {
      ApplicationReport.all(permissions: known.entries, changed: changed, temporary: known.temporary)
    }
    var reply = ApplicationsReply(
      time: WallClock.seconds(), asked: asksForPermissions, policy: known.policy, applications: reports,
      questions: known.questions, counts: known.counts, problem: known.problem)
    reply.warning = Self.sightWarning
    return reply
  }

  func permit(_ request: PermissionRequest, by caller: Caller) async throws -> PermissionReply {
    let ends = [KeptPermission.Decision.deny.rawValue, PermissionRequest.undecided]
    if let inbound = request.inbound, ends.contains(inbound), request.force != true {
      try await checkLogin(of: caller, request.path)
    }
    return PermissionReply(
      permission: try await applications.permit(request, by: caller.user), asked: asksForPermissions)
  }

  func forget(_ request: ForgetPermissionRequest, by caller: Caller) async throws -> ForgetPermissionReply {
    if active.rules.applicationPolicy?.unanswered == .denied, request.force != true {
      try await checkLogin(of: caller, request.path)
    }
    return try await applications.forget(request, by: caller.user)
  }

  func answer(_ number: Int, _ request: ApplicationAnswerRequest, by caller: Caller) async throws
    -> ApplicationAnswerReply
  {
    if request.answer == KeptPermission.Decision.deny.rawValue, request.force != true,
      let path = await applications.programToBeReached(by: number)
    {
      try await checkLogin(of: caller, path)
    }
    return try await applications.answer(number, request, by: caller.user)
  }

  /// Nobody takes the permission of the program that he has come in by, unless he insists.
  private func checkLogin(of caller: Caller, _ path: String) async throws {
    guard asksForPermissions, intake.endsConnections else { return }
    let login: SSHOrigin
    switch await origin(of: caller) {
    case .none: return
    case .hidden:
      throw PermissionRefusal(.endsLogin, "that may end your own SSH connection: which one that is cannot be told")
    case .found(let found): login = found
    }
    let resolved = PermissionWords.resolved(path)
    if surroundings.listeners(login).contains(where: { $0.executable == resolved }) {
      throw PermissionRefusal(
        .endsLogin,
        "nobody could log in any more: \(resolved.visible) takes new connections to port \(login.flow.localPort)")
    }
    guard let executable = login.executable else {
      throw PermissionRefusal(
        .endsLogin,
        "that may end your own SSH connection from \(login.flow.remote): which program has it open cannot be told")
    }
    guard resolved == executable else { return }
    throw PermissionRefusal(
      .endsLogin,
      "that would end your own SSH connection from \(login.flow.remote), which \(executable.visible) has open")
  }
}

extension LoadedRules {
  /// What becomes of programs without a permission; `nil` where the rules do not ask for permissions, or the document does not say.
  var applicationPolicy: ApplicationSettings? {
    program.asksForPermissions ? ruleSet.settings.applications : nil
  }
}

extension PacketIntake {
  /// Why people are not asked about programs; `nil` if they are.
  fileprivate var asksNobody: String? {
    switch self {
    case .none, .watch: "monitor mode holds no packets"
    case .bridge: "packets between two interfaces are of no program here"
    case .queue: isDryRun ? "this is a dry run" : nil
    }
  }
}
