// How a log file is followed.
//
// The file is kept open, and read from where reading has ended. When its name leads to another file, what was open is read to its end
// first, then the new one from its beginning: a log that is renamed loses no line. A file that has become shorter than what was read
// of it, or begins with other bytes than before, was cut (`copytruncate`) and is read from its beginning.
//
// A look costs two system calls when nothing has come.

internal import Foundation
internal import Glibc

/// Follows one file by its path; not for use by several tasks at a time.
public final class FollowedFile {
  /// What is known of a file after a restart.
  public struct Place: Codable, Sendable, Equatable {
    /// The file's number on its disk.
    public var inode: UInt64
    public var offset: Int64
    /// What it begins with.
    public var head: [UInt8]
  }

  /// Why there is nothing to read: in words.
  public struct Problem: Error, Equatable, Sendable {
    public var text: String
  }

  /// Bytes at the beginning that tell whether a file is still the same.
  private static let headLength = 128
  /// Bytes that are read at a time.
  private static let chunk = 256 << 10

  public let path: String
  public private(set) var problem: String?
  private var file: Int32 = -1
  private var inode: UInt64 = 0
  private var device: UInt64 = 0
  private var offset: Int64 = 0
  private var head: [UInt8] = []
  private var lines = LogLines()
  private var buffer: [UInt8] = []
  /// Where to begin with the first file, unless it comes later.
  private var known: Place?
  private var isFirst = true
  /// A file that comes later is read from its beginning.
  private let startsAtEnd: Bool

  /// - Parameters:
  ///   - place: where an earlier run has ended, if that was not long ago.
  ///   - startsAtEnd: without it, the file that is there is read from its end, or from its beginning.
  public init(path: String, from place: Place? = nil, startsAtEnd: Bool = true) {
    self.path = path
    known = place
    self.startsAtEnd = startsAtEnd
  }

  deinit { if file >= 0 { close(file) } }

  public var lineCount: UInt64 { lines.count }
  public var tooLongCount: UInt64 { lines.tooLong }

  /// Where to go on after a restart: behind the last complete line. `nil` while there is no file.
  public var place: Place? {
    guard file >= 0 else { return nil }
    return Place(inode: inode, offset: max(0, offset - Int64(lines.pendingCount)), head: head)
  }

  /// Hands the lines that have come since the last call to `body`.
  ///
  /// - Parameter limit: bytes that are read at most; more is left for the next call.
  /// - Returns: how many bytes were read.
  @discardableResult
  public func poll(atMost limit: Int = 4 << 20, _ body: (Span<UInt8>) -> Void) -> Int {
    do throws(Problem) {
      if file < 0 { try openFile() }
      var count = try read(atMost: limit, body)
      if count < limit, try isReplaced() {
        // It may have grown between the two.
        count += try read(atMost: limit, body)
        shut()
        try openFile()
        count += try read(atMost: limit, body)
      }
      problem = nil
      return count
    } catch {
      problem = error.text
      return 0
    }
  }

  // MARK: Opening

  private func openFile() throws(Problem) {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let new = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard new >= 0 else {
      // What comes later is new; what is there, and not ours to read, is not.
      if errno == ENOENT { isFirst = false }
      throw Self.problem(errno)
    }
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(new, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(new)
      throw Problem(text: "it is no file")
    }
    (file, inode, device, offset) = (new, UInt64(status.st_ino), UInt64(status.st_dev), 0)
    head = []
    lines.forget()
    if isFirst {
      do throws(Problem) { try begin(Int64(status.st_size)) } catch {
        shut()
        throw error
      }
    }
    isFirst = false
    known = nil
  }

  /// With the file that was there before us.
  private func begin(_ size: Int64) throws(Problem) {
    try readHead()
    if let known, known.inode == inode, known.offset <= size, head.starts(with: known.head) {
      offset = known.offset
    } else if known == nil, startsAtEnd {
      offset = size
    }
    if offset > 0, try !isLineStart(offset) { lines.beginInLine() }
  }

  private func isLineStart(_ offset: Int64) throws(Problem) -> Bool {
    var byte: UInt8 = 0
    // Safe: the call writes one byte.
    guard unsafe pread(file, &byte, 1, off_t(offset - 1)) >= 0 else { throw Self.problem(errno) }
    return byte == UInt8(ascii: "\n")
  }

  private func shut() {
    close(file)
    file = -1
  }

  /// The name leads to another file now, or to none for the moment: then the old one stays.
  private func isReplaced() throws(Problem) -> Bool {
    var status = stat()
    // Safe: Swift passes the path as a terminated string that lives during the call, which writes the structure.
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT { return false }
      throw Self.problem(errno)
    }
    return UInt64(status.st_ino) != inode || UInt64(status.st_dev) != device
  }

  // MARK: Reading

  private func read(atMost limit: Int, _ body: (Span<UInt8>) -> Void) throws(Problem) -> Int {
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(file, &status) == 0 else { throw Self.problem(errno) }
    if status.st_size < offset || (status.st_size > offset && !hasSameHead()) {
      offset = 0
      head = []
      lines.forget()
    }
    guard status.st_size > offset else { return 0 }
    if head.count < Self.headLength { try readHead() }
    var total = 0
    while total < limit {
      let count = try readChunk()
      guard count > 0 else { break }
      total += count
      offset += Int64(count)
      lines.feed(buffer[..<count], body)
    }
    return total
  }

  private func readChunk() throws(Problem) -> Int {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.chunk) }
    while true {
      // Safe: the buffer has that size.
      let count = unsafe pread(file, &buffer, buffer.count, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else { throw Self.problem(errno) }
    }
  }

  private func readHead() throws(Problem) { head = try firstBytes(Self.headLength) }

  private func hasSameHead() -> Bool {
    guard !head.isEmpty else { return true }
    return (try? firstBytes(head.count)) == head
  }

  private func firstBytes(_ count: Int) throws(Problem) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Safe: the array has that size.
    let found = unsafe pread(file, &bytes, count, 0)
    guard found >= 0 else { throw Self.problem(errno) }
    return Array(bytes[..<found])
  }

  private static func problem(_ code: Int32) -> Problem {
    switch code {
    case ENOENT: Problem(text: "there is no such file")
    case EACCES: Problem(text: "permission denied: the user that sentry runs as must be able to read it")
    // Safe: the text is copied at once.
    default: Problem(text: unsafe String(cString: strerror(code)))
    }
  }
}
