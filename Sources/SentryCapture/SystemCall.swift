import Glibc

/// A failed system call: which one, and its `errno`.
struct SystemError: Error, Equatable {
  let name: String
  let code: Int32
}

/// Calls again while a signal interrupts; -1 becomes an error.
func systemCall<Result: SignedInteger>(_ name: String, _ call: () -> Result) throws(SystemError) -> Result {
  while true {
    let result = call()
    guard result == -1 else { return result }
    let code = errno
    guard code == EINTR else { throw SystemError(name: name, code: code) }
  }
}

/// A file descriptor with one owner; closed exactly once, by `deinit`.
struct OwnedDescriptor: ~Copyable {
  let raw: Int32

  init(adopting raw: Int32) { self.raw = raw }

  /// Opens a file for reading.
  init(opening path: String) throws(SystemError) {
    // Safe: Swift passes `path` as a terminated string that lives during the call.
    raw = try systemCall("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
  }

  deinit { close(raw) }

  /// A descriptor of our own for standard input.
  static func standardInput() throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(adopting: try systemCall("dup") { fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) })
  }

  func duplicated() throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(adopting: try systemCall("dup") { fcntl(raw, F_DUPFD_CLOEXEC, 0) })
  }

  func status() throws(SystemError) -> stat {
    var status = stat()
    // Safe: the call writes one `stat`, which outlives it.
    _ = try systemCall("fstat") { unsafe fstat(raw, &status) }
    return status
  }

  /// Of a file, in bytes; `nil` if that cannot be told.
  var size: Int64? { (try? status()).map { Int64($0.st_size) } }

  /// Ends ownership without closing.
  consuming func release() -> Int32 {
    let raw = raw
    discard self
    return raw
  }
}

extension stat {
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
}
