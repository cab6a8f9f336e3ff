internal import Glibc

/// A log that is open, and how far it was read; not for use by several tasks at a time.
///
/// It is known by its number on the disk and by what it begins with. Who shortens it at its end has written nothing new; who makes it
/// begin with something else has cut it, and it is read from its beginning.
final class OpenLog {
  typealias Problem = FollowedFile.Problem

  /// Bytes at the beginning that tell whether a file is still the same.
  private static let headLength = 128
  /// Bytes that are read at a time.
  private static let chunk = 256 << 10
  /// `SEEK_DATA` of lseek(2), which the C library shows only to those who ask for its extensions.
  private static let seekData: Int32 = 3

  let inode: UInt64
  private let file: Int32
  private let device: UInt64
  private var offset: Int64 = 0
  private var head: [UInt8] = []
  private var lines = LogLines()
  /// When it was written last, as far as it was looked at.
  private var lastChange = Change()
  /// What stands before it was there when the file was opened or cut, and has come so.
  private var foundEnd: Int64 = 0
  private var found = FollowedFile.Arrival.found
  /// Nothing but zero bytes has come: of a log that was cut, they are what its writer left out.
  private var isBeforeText = true

  /// - Throws: why it cannot be followed.
  init(path: String) throws(Problem) {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw Problem(errno) }
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw Problem(text: "it is no file")
    }
    (inode, device, foundEnd) = (UInt64(status.st_ino), UInt64(status.st_dev), Int64(status.st_size))
    // From here on `deinit` closes it, also where this throws.
    head = try firstBytes(Self.headLength)
  }

  deinit { close(file) }

  var lineCount: UInt64 { lines.count }
  var tooLongCount: UInt64 { lines.tooLong }

  /// Behind the last complete line.
  var place: FollowedFile.Place {
    FollowedFile.Place(inode: inode, offset: max(0, offset - Int64(lines.pendingCount)), head: head)
  }

  private struct Change: Equatable {
    var seconds = 0
    var nanoseconds = 0

    init() {}

    init(_ status: stat) { (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) }
  }

  // MARK: What it is

  /// Whether a name leads to it that has such a status.
  func isNamed(by status: stat) -> Bool { UInt64(status.st_ino) == inode && UInt64(status.st_dev) == device }

  /// No name leads to it any more.
  var hasNoName: Bool { (try? status().st_nlink) == 0 }

  /// Whether it is the file that was read up to a place, or begins as that did.
  func continues(_ place: FollowedFile.Place) -> Bool {
    guard place.offset >= 0, head.starts(with: place.head) else { return false }
    return place.head.count >= Self.headLength || (place.inode == inode && place.offset <= foundEnd)
  }

  // MARK: Where to begin

  /// Goes on behind what was read, at the latest at its end.
  func goOn(at place: Int64) throws(Problem) {
    let size = Int64(try status().st_size)
    offset = max(0, min(place, size))
    foundEnd = size
    isBeforeText = offset == 0
    lines.forget()
    if offset > 0, try !isLineStart(offset) { lines.beginInLine() }
  }

  /// Reads all of what was written anew: it can have been read before.
  func beginAgain() { beginAgain(foundEnd) }

  private func beginAgain(_ size: Int64) {
    (offset, head, foundEnd, found, isBeforeText) = (0, [], size, .again, true)
    lines.forget()
  }

  private func isLineStart(_ offset: Int64) throws(Problem) -> Bool {
    var byte: UInt8 = 0
    // Safe: the call writes one byte.
    guard unsafe pread(file, &byte, 1, off_t(offset - 1)) >= 0 else { throw Problem(errno) }
    return byte == UInt8(ascii: "\n")
  }

  // MARK: Reading

  /// - Returns: how many bytes were read.
  func read(
    atMost limit: Int, into buffer: inout [UInt8], _ body: (Span<UInt8>, FollowedFile.Arrival) -> Void
  ) throws(Problem) -> Int {
    let status = try status()
    let size = Int64(status.st_size)
    defer { lastChange = Change(status) }
    if size < offset {
      if head.count == Self.headLength, hasSameHead() { try goOn(at: size) } else { beginAgain(size) }
    } else if size > offset || Change(status) != lastChange, !hasSameHead() {
      // Also what was cut can be just as long again.
      beginAgain(size)
    }
    guard size > offset else { return 0 }
    if head.count < Self.headLength { head = try firstBytes(Self.headLength) }
    if offset == 0 { skipHole(size) }
    var total = 0
    while total < limit {
      let arrival = offset < foundEnd ? found : .live
      let count = try readChunk(&buffer)
      guard count > 0 else { break }
      total += count
      offset += Int64(count)
      feed(buffer[..<count]) { body($0, arrival) }
    }
    return total
  }

  private func feed(_ bytes: ArraySlice<UInt8>, _ body: (Span<UInt8>) -> Void) {
    guard isBeforeText else { return lines.feed(bytes, body) }
    let span = bytes.span
    let start = span.end(of: { $0 == 0 }, from: 0, before: span.count)
    guard start < span.count else { return }
    isBeforeText = false
    lines.feed(bytes.dropFirst(start), body)
  }

  /// Up to where what was found ends, so that no chunk has lines of both kinds.
  private func readChunk(_ buffer: inout [UInt8]) throws(Problem) -> Int {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.chunk) }
    let length = offset < foundEnd ? Int(min(Int64(buffer.count), foundEnd - offset)) : buffer.count
    while true {
      // Safe: the buffer has at least that size.
      let count = unsafe pread(file, &buffer, length, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else { throw Problem(errno) }
    }
  }

  /// Of a log that was cut while its writer went on where it was, the beginning is not on the disk.
  private func skipHole(_ size: Int64) {
    let data = lseek(file, 0, Self.seekData)
    if data > 0 { offset = min(Int64(data), size) }
  }

  private func hasSameHead() -> Bool {
    guard !head.isEmpty else { return true }
    return (try? firstBytes(head.count)) == head
  }

  private func firstBytes(_ count: Int) throws(Problem) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Safe: the array has that size.
    let found = unsafe pread(file, &bytes, count, 0)
    guard found >= 0 else { throw Problem(errno) }
    return Array(bytes[..<found])
  }

  private func status() throws(Problem) -> stat {
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(file, &status) == 0 else { throw Problem(errno) }
    return status
  }
}

extension FollowedFile.Problem {
  init(_ code: Int32) {
    switch code {
    case ENOENT: text = "there is no such file"
    case EACCES: text = "permission denied: the user that sentry runs as must be able to read it"
    // Safe: the text is copied at once.
    default: text = unsafe String(cString: strerror(code))
    }
    self.code = code
  }
}
