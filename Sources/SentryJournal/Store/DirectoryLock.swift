internal import Foundation

/// The claim of one process on a directory. It ends with the process, however that ends (flock(2)).
final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `.inUse` while another process has the claim, `.unusable` where there is no such directory.
  init(claiming directory: String, for path: String) throws(StoreError) {
    // Safe: the call reads the path, which lives as long as it runs.
    descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unusable(path: path, reason: "the directory \(directory): \(SystemReason.text(of: errno))")
    }
    // From here on `deinit` closes it, also where this throws.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      if code == EWOULDBLOCK { throw .inUse(path: path) }
      throw .unusable(path: path, reason: SystemReason.text(of: code))
    }
  }

  /// Unlocked by name: a child that was just forked has the descriptor, too, until it is another program.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

package enum SystemReason {
  /// What an `errno` means (strerror(3)).
  package static func text(of code: Int32) -> String {
    // Safe: `strerror` gives a terminated string for any number; it is copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) }
    return text ?? "error \(code)"
  }
}
