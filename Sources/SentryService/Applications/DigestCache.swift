internal import Dispatch
internal import SentryProcesses
internal import Synchronization

/// The SHA-256 of executables that were read: each is read once, as long as it stays what it is. One after another, on a thread of
/// its own: a file system that does not answer holds up nobody else.
final class DigestCache: Sendable {
  typealias Reading = Result<ExecutableDigest, ExecutableDigest.Failure>
  private static let capacity = 4_096

  private let known = Mutex<[ExecutableIdentity: String]>([:])
  private let queue = DispatchQueue(label: "sentry digests")

  /// Of the file that is at a path now.
  func digest(at path: String) async -> Reading {
    await read { known throws(ExecutableDigest.Failure) in try ExecutableDigest.of(path, known: known) }
  }

  /// Of what a process runs, also after another file has come to its path; `nil` where it cannot be read any more.
  func digest(of program: MetProgram, at path: String) async -> String? {
    if let sha256 = sha256(of: program.identity) { return sha256 }
    let process = program.process
    let running = await read { known throws(ExecutableDigest.Failure) in
      try ExecutableDigest.of(process: process, known: known)
    }
    if case .success(let digest) = running, digest.identity == program.identity { return digest.sha256 }
    if case .success(let digest) = await digest(at: path), digest.identity == program.identity { return digest.sha256 }
    return nil
  }

  private func sha256(of identity: ExecutableIdentity) -> String? { known.withLock { $0[identity] } }

  private func read(
    _ body: @escaping @Sendable ((ExecutableIdentity) -> String?) throws(ExecutableDigest.Failure) -> ExecutableDigest
  ) async -> Reading {
    await withCheckedContinuation { continuation in
      queue.async {
        let found = Reading { () throws(ExecutableDigest.Failure) in try body { self.sha256(of: $0) } }
        if case .success(let digest) = found { self.remember(digest) }
        continuation.resume(returning: found)
      }
    }
  }

  private func remember(_ digest: ExecutableDigest) {
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[digest.identity] = digest.sha256
    }
  }
}
