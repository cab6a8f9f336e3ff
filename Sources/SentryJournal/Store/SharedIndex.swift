internal import Foundation

/// The file `-shm` beside a database in write-ahead mode: SQLite maps it into memory, and so it must have room on the disk before
/// anybody writes to that memory.
///
/// SQLite lengthens the file with one byte for each 4 KiB. Where the disk's blocks are smaller, the rest are holes; writing to a
/// hole's memory while the disk is full ends the process with SIGBUS. So we give the file its room first, and more before the log
/// outgrows it. To do so we stand where SQLite would begin it anew: "the deadman switch" (os_unix.c, `UNIX_SHM_DMS`), a lock which
/// says that somebody uses the file. As long as we have it, nobody else empties it.
///
/// Whoever may write to the directory can still cut the file short. It gets its length back before the next transaction, and
/// SQLite builds what it held anew; who does it in the midst of one can as well write to the database itself, or end the process.
///
/// To be let go after the database is closed: closing a file ends all locks of this process on it (fcntl(2)), SQLite's too.
final class SharedIndex: Sendable {
  /// Enough for 128 MiB of log.
  private static let leastBytes: Int64 = 256 << 10
  /// The log's bytes for one of the index: 32 KiB for 4,096 pages of 4 KiB (sqlite.org/walformat.html).
  private static let logBytesPerByte: Int64 = 512
  /// Where SQLite locks what is written here.
  private static let deadmanSwitch = 128

  /// Sets a lock of an open file, where others are of a process (F_OFD_SETLK, fcntl(2)).
  private static let setFileLock: Int32 = 37

  private let database: String
  private let file: FileHandle

  /// - Throws: `.unusable` where there is no room for it, or it cannot be written.
  init(beside database: String) throws(StoreError) {
    self.database = database
    file = try Self.open(beside: database, O_RDWR)
    // Nobody uses it: what it says may be about a log that was changed since.
    if lock(F_WRLCK) { ftruncate(file.fileDescriptor, 0) }
    guard lock(F_RDLCK) else { throw .unusable(path: database, reason: "\(database)-shm is about to be begun anew") }
    try makeRoom()
  }

  /// Makes sure that it has room for a log of twice the length, and is as long as it was.
  func makeRoom() throws(StoreError) {
    var status = stat()
    // Safe: the call fills the value that it is given, and keeps nothing.
    guard unsafe fstat(file.fileDescriptor, &status) == 0 else { throw failure(errno) }
    let log = (try? FileManager.default.attributesOfItem(atPath: database + "-wal"))?[.size] as? Int64 ?? 0
    let needed = Self.leastBytes + 2 * log / Self.logBytesPerByte
    guard status.st_size < needed else { return }
    let bytes = (needed + Self.leastBytes - 1) / Self.leastBytes * Self.leastBytes
    let code = posix_fallocate(file.fileDescriptor, 0, off_t(bytes))
    guard code == 0 else { throw failure(code) }
  }

  private func failure(_ code: Int32) -> StoreError {
    code == ENOSPC
      ? .diskFull(database)
      : .unusable(path: database, reason: "\(database)-shm: \(SystemReason.text(of: code))")
  }

  /// A lock of ours, apart from those of this process: SQLite is to see it.
  private func lock(_ kind: Int32) -> Bool {
    var claim = flock(
      l_type: Int16(kind), l_whence: Int16(SEEK_SET), l_start: off_t(Self.deadmanSwitch), l_len: 1, l_pid: 0)
    // Safe: the call reads the value that it is given, and keeps nothing.
    return unsafe fcntl(file.fileDescriptor, Self.setFileLock, &claim) == 0
  }

  // MARK: Reading only

  /// Sees to it that there is one for who reads and must not write to it: without a writer, SQLite then keeps its own in memory.
  static func begin(beside database: String) { _ = try? open(beside: database, O_RDONLY) }

  private static func open(beside database: String, _ mode: Int32) throws(StoreError) -> FileHandle {
    let path = database + "-shm"
    // Safe: the call reads the path, which lives as long as it runs.
    let descriptor = unsafe Glibc.open(path, mode | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      let code = errno
      throw code == ENOSPC
        ? .diskFull(database) : .unusable(path: database, reason: "\(path): \(SystemReason.text(of: code))")
    }
    // As SQLite does: what root begins is for those that the database is for.
    var status = stat()
    // Safe: the call reads the path and fills the value that it is given, and keeps nothing.
    if geteuid() == 0, unsafe stat(database, &status) == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
