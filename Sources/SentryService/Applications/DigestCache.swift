internal import SentryProcesses

/// The SHA-256 of executables that were read: each is read once, as long as it stays what it is.
actor DigestCache {
  private static let capacity = 4_096

  private var known: [ExecutableIdentity: String] = [:]

  /// Of the file that is at a path now.
  func digest(at path: String) async -> Result<ExecutableDigest, ExecutableDigest.Failure> {
    await digest { known throws(ExecutableDigest.Failure) in try ExecutableDigest.of(path) { known[$0] } }
  }

  private func digest(
    _ read: @escaping @Sendable ([ExecutableIdentity: String]) throws(ExecutableDigest.Failure) -> ExecutableDigest
  ) async -> Result<ExecutableDigest, ExecutableDigest.Failure> {
    let known = known
    let found = await Task.detached {
      Result { () throws(ExecutableDigest.Failure) in try read(known) }
    }.value
    if case .success(let digest) = found {
      if self.known.count >= Self.capacity { self.known.removeAll() }
      self.known[digest.identity] = digest.sha256
    }
    return found
  }

  /// Of what a process runs, also after another file has come to its path; `nil` where it cannot be read any more.
  func digest(of program: MetProgram, at path: String) async -> String? {
    if let sha256 = known[program.identity] { return sha256 }
    let process = program.process
    let running = await digest { known throws(ExecutableDigest.Failure) in
      try ExecutableDigest.of(process: process) { known[$0] }
    }
    if case .success(let digest) = running, digest.identity == program.identity { return digest.sha256 }
    if case .success(let digest) = await digest(at: path), digest.identity == program.identity { return digest.sha256 }
    return nil
  }
}
