internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

// What people decide about programs, besides answers to questions.

extension ApplicationDesk {
  /// Allows or denies a program, or leaves one way undecided again.
  func permit(_ request: PermissionRequest, by user: String) async throws(PermissionRefusal) -> PermissionReport {
    let path = try PermissionWords.path(request.path)
    let inbound = try PermissionWords.wish(request.inbound, "inbound")
    let outbound = try PermissionWords.wish(request.outbound, "outbound")
    guard inbound != nil || outbound != nil else {
      throw PermissionRefusal(.unusable, "nothing is decided: give inbound, outbound or both as allow or deny")
    }
    let owner = try PermissionWords.user(request.user)
    if [inbound, outbound].contains(where: { $0 == .some(.allow) || $0 == .some(.deny) }),
      let reason = ExecutableDigest.whyNoProgram(path)
    {
      throw PermissionRefusal(.unusable, "\(path.visible) \(reason)")
    }
    var sha256: String?
    if inbound == .some(.allow) || outbound == .some(.allow) { sha256 = try await digest(at: path) }
    let ended = owner == nil ? ways(at: path, endedBy: inbound, outbound) : []
    let entry = try await change(path, user: owner, mayBeNone: !ended.isEmpty) { entry in
      if let sha256 { entry.renew(sha256) }
      if let inbound { entry.decide(.inbound, inbound) }
      if let outbound { entry.decide(.outbound, outbound) }
      (entry.by, entry.how) = (user, .command)
    }
    end(ended)
    tell("\(user) decided about \(path.visible): \(entry.text)")
    await republish([path], by: user)
    return entry.report
  }

  /// What holds for a while gives way to what is decided; an allowance leaves what was said of a replaced file.
  private func ways(
    at path: String, endedBy inbound: KeptPermission.Decision??, _ outbound: KeptPermission.Decision??
  ) -> [Way] {
    temporary(at: path).compactMap { way, held in
      guard let wish = way.direction == .inbound ? inbound : outbound else { return nil }
      return wish == .allow && held.end == nil ? nil : way
    }
  }

  /// Takes back what was decided, and without a user also what holds for a while.
  func forget(
    _ request: ForgetPermissionRequest, by user: String
  ) async throws(PermissionRefusal) -> ForgetPermissionReply {
    let owner = try PermissionWords.user(request.user)
    await turns.take()
    defer { turns.give() }
    await followFile()
    let held = owner == nil ? temporary(at: request.path) : [:]
    var reply = ForgetPermissionReply(forgotten: [])
    if held.isEmpty || !kept.table.entries(of: request.path).isEmpty {
      reply.forgotten = try kept.remove(request.path, user: owner).map(\.report)
    }
    if !held.isEmpty { reply.temporary = reports(held) }
    end(held.keys)
    tell("\(user) took back what was decided about \(request.path.visible)")
    await republish([request.path], by: user)
    return reply
  }

  private func digest(at path: String) async throws(PermissionRefusal) -> String {
    switch await digests.digest(at: path) {
    case .success(let digest): return digest.sha256
    case .failure(let failure):
      throw PermissionRefusal(
        failure.isMissing ? .missing : .unusable, "\(path.visible) cannot be allowed: \(failure.reason)")
    }
  }

  func change(
    _ path: String, user: UInt32?, mayBeNone: Bool = false,
    _ edit: (inout KeptPermission) throws(PermissionRefusal) -> Void
  ) async throws(PermissionRefusal) -> KeptPermission {
    await turns.take()
    defer { turns.give() }
    await followFile()
    let entry = try kept.change(path, user: user, mayBeNone: mayBeNone, edit)
    revision += 1
    return entry
  }

  /// Goes by what somebody has written into the file since it was read.
  func lookAtFile() async {
    await turns.take()
    defer { turns.give() }
    await followFile()
  }

  /// The same; whoever calls this has the turn (`turns`).
  private func followFile() async {
    let problem = kept.problem
    let paths = kept.refresh()
    if let new = kept.problem, new != problem { tell("what was decided about programs holds on: \(new)") }
    guard !paths.isEmpty else { return }
    revision += 1
    tell(
      "\(PermissionFile.name) was edited: something else is decided about \(counted(paths.count, "program"))")
    await republish(paths, by: PermissionFile.name)
  }

  /// Has the packet thread go by what holds for paths now, open connections included; questions that are answered by that end.
  func republish(_ paths: Set<String>, by user: String) async {
    await settle(programs.all(at: paths), rechecks: true)
    for question in questions.waiting where paths.contains(question.path) {
      guard let program = programs[question.program] else { continue }
      let permission = await permission(of: program).everybody[question.first.direction]
      guard permission == .allowed || permission == .denied else { continue }
      let answer = permission == .allowed ? KeptPermission.Decision.allow : .deny
      _ = questions.settle(question.number, ApplicationQuestions.Settlement(answer: answer, by: user))
    }
  }
}
