internal import Foundation
internal import SentryProcesses

/// A log file that is open for appending; closed when nobody holds it any more.
final class OpenLogFile {
  private let descriptor: Int32
  private let identity: FileIdentity

  /// Members of this group, if it exists, may read.
  private static let group = "sentry"

  /// Opens the file at a path, or makes one: 0640, for it tells who was blocked, and by which rules.
  ///
  /// A named pipe is opened if somebody reads it. A link is followed: administrators lay them to where there is room, and in folders that
  /// all may write to, the kernel follows no one else's (`fs.protected_symlinks`).
  init(path: String) throws(SinkError) {
    let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    // Safe, this and below: the call reads the path, which lives as long as it runs.
    var descriptor = unsafe open(path, flags | O_CREAT | O_EXCL, 0o640)
    if descriptor >= 0 {
      fchmod(descriptor, 0o640)
      if let group = UserAccounts.group(named: Self.group) { _ = fchown(descriptor, uid_t.max, group) }
    } else if errno == EEXIST {
      descriptor = unsafe open(path, flags)
    }
    guard descriptor >= 0 else {
      throw SinkError(errno == ENXIO ? "nobody reads this pipe" : SystemReason.text(of: errno))
    }
    var status = stat()
    // Safe: the kernel writes one structure of this size during the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw SinkError(code)
    }
    self.descriptor = descriptor
    identity = FileIdentity(status)
  }

  deinit { close(descriptor) }

  /// Whether `path` still names this file: somebody may have moved or removed it.
  func isAt(_ path: String) -> Bool {
    var status = stat()
    // Safe: the call reads the path and writes one structure of this size.
    return unsafe stat(path, &status) == 0 && FileIdentity(status) == identity
  }

  struct Size {
    var bytes: Int64
    /// Seconds since 1970.
    var lastWritten: Double
    /// Neither a pipe nor a device.
    var isOfFile: Bool
  }

  /// Asked anew each time: somebody may have cut the file.
  var size: Size {
    var status = stat()
    // Safe: the kernel writes one structure of this size during the call.
    guard unsafe fstat(descriptor, &status) == 0 else { return Size(bytes: 0, lastWritten: 0, isOfFile: false) }
    return Size(
      bytes: Int64(status.st_size), lastWritten: Double(status.st_mtim.tv_sec),
      isOfFile: status.st_mode & S_IFMT == S_IFREG)
  }

  /// Writes as much as the system takes.
  ///
  /// - Returns: bytes that were written, and if they are not all, an `errno`.
  func append(_ bytes: [UInt8]) -> (count: Int, code: Int32) { SystemWrite.all(bytes, to: descriptor) }

  /// - Returns: whether the file ends there now.
  func cut(to bytes: Int64) -> Bool { ftruncate(descriptor, off_t(bytes)) == 0 }
}

/// What tells a file from all others.
enum SystemWrite {
  /// Writes as much as the system takes without making us wait.
  ///
  /// - Returns: bytes that were written, and if they are not all, an `errno`.
  static func all(_ bytes: [UInt8], to descriptor: Int32) -> (count: Int, code: Int32) {
    var done = 0
    while done < bytes.count {
      // Safe: the kernel reads the bytes from `done` to the end of the array's storage, which is not empty.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe buffer.baseAddress.map { unsafe write(descriptor, $0 + done, bytes.count - done) } ?? 0
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return (done, count < 0 ? errno : EIO) }
      done += count
    }
    return (done, 0)
  }
}
