internal import SentryControl
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
    var sha256: String?
    if inbound == .some(.allow) || outbound == .some(.allow) { sha256 = try await digest(at: path) }
    let entry = try await change(path, user: owner) { entry in
      if let sha256 { entry.renew(sha256) }
      if let inbound { entry.decide(.inbound, inbound) }
      if let outbound { entry.decide(.outbound, outbound) }
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
    let owner = try PermissionWords.user(request.user)
    await turns.take()
    defer { turns.give() }
    let gone = try kept.remove(request.path, user: owner)
    revision += 1
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

  func change(
    _ path: String, user: UInt32?, _ edit: (inout KeptPermission) throws(PermissionRefusal) -> Void
  ) async throws(PermissionRefusal) -> KeptPermission {
    await turns.take()
    defer { turns.give() }
    let entry = try kept.change(path, user: user, edit)
    revision += 1
    return entry
  }

  /// Has the packet thread go by what holds for a path now, open connections included.
  func republish(_ path: String, by user: String) async {
    await settle(programs.all(at: path), rechecks: true)
    let general = kept.table.entry(of: path, user: nil)
    _ = questions.drop({ $0.path == path ? general?[$0.first.direction] : nil }, by: user)
  }
}
