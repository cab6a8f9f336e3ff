internal import SentryPacket
internal import SentryProcesses

// Processes that run a file in whose place another has come: after an update of a program that runs.

extension ApplicationDesk {
  /// Whether another file than the one that a program runs is at its path now, or none.
  ///
  /// - Parameter sha256: of what it runs; a file with the same contents is no other.
  func isReplaced(_ program: MetProgram, _ sha256: String?, at path: String) async -> Bool {
    if let sha256, kept.table.entries(of: path).contains(where: { $0.sha256 == sha256 }) { return false }
    switch await digests.digest(at: path) {
    case .success(let now): return now.sha256 != sha256 && !now.identity.isSameFile(as: program.identity)
    case .failure(let failure): return failure.isMissing
    }
  }

  /// Whether the answer to a question must leave what is at the path as it is: that is allowed something, and is not what the process
  /// runs.
  func isAside(_ question: ApplicationQuestions.Question) async -> Bool {
    guard let program = programs[question.program], case .success(let now) = await digests.digest(at: question.path),
      let entry = kept.table.entry(of: question.path, user: nil), entry.allowsAnything(now.sha256),
      !now.identity.isSameFile(as: program.identity)
    else { return false }
    return await digests.digest(of: program, at: question.path) != now.sha256
  }
}

extension KeptPermission {
  fileprivate func allowsAnything(_ sha256: String) -> Bool {
    [Direction.inbound, .outbound].contains { permission($0, sha256: sha256) == .allowed }
  }
}

extension ExecutableIdentity {
  /// Whatever its contents are, and whatever names it has.
  fileprivate func isSameFile(as other: ExecutableIdentity) -> Bool {
    device == other.device && inode == other.inode
  }
}
