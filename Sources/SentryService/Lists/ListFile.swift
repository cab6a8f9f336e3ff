internal import Foundation
internal import Glibc
internal import SentryJournal

/// Reads a file whole that somebody else has written: nothing that could wait or have no end.
enum ListFile {
  struct Content: Sendable {
    var bytes: [UInt8]
    /// Changes with the file.
    var tag: String
    /// Seconds since 1970.
    var modificationTime: Double
  }

  struct Failure: Error, Equatable {
    var reason: String
    var isMissing = false
  }

  /// - Parameter known: the tag of the content that is known.
  /// - Returns: without bytes if that is the file's still.
  static func read(_ path: String, longest: Int, unless known: String? = nil) throws(Failure) -> Content {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw failure(errno) }
    defer { close(file) }
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(file, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "it is no file") }
    guard status.st_size <= longest else { throw Failure(reason: "it is longer than \(longest) bytes") }
    let time = status.st_mtim
    let tag = "\(status.st_ino)-\(status.st_size)-\(time.tv_sec).\(time.tv_nsec)"
    var content = Content(
      bytes: [], tag: tag, modificationTime: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    if tag != known { content.bytes = try bytes(of: file, longest: longest) }
    return content
  }

  private static func bytes(of file: Int32, longest: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      // Safe: the buffer has that size.
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= longest else { throw Failure(reason: "it is longer than \(longest) bytes") }
    }
  }

  private static func failure(_ code: Int32) -> Failure {
    Failure(reason: SystemReason.text(of: code), isMissing: code == ENOENT)
  }
}
