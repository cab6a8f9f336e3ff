internal import Glibc

/// Replaces a file at one stroke: whoever reads it, also after a crash or a power cut, sees the old bytes or the new ones.
public enum WholeFile {
  /// What is written beside a file until it takes its place.
  public static let suffix = ".new"

  /// - Parameters:
  ///   - mode: who may read and write it, whatever the process' mask is.
  /// - Throws: what the system has refused; then the old file is there still.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(ProcessError) {
    let new = path + suffix
    do throws(ProcessError) {
      try write(bytes, to: new, mode: mode)
      // Safe: Swift passes paths as terminated strings that live during the call.
      guard unsafe rename(new, path) == 0 else { throw ProcessError(name: "rename", code: errno) }
    } catch {
      // Safe: as above.
      unsafe unlink(new)
      throw error
    }
    try synchronize(folderOf: path)
  }

  /// Takes a file away; without effect if it is not there.
  public static func remove(_ path: String) throws(ProcessError) {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw ProcessError(name: "unlink", code: errno) }
    try synchronize(folderOf: path)
  }

  private static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(ProcessError) {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard file >= 0 else { throw ProcessError(name: "open", code: errno) }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      // Safe: the kernel reads so many bytes of the storage during the call.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ProcessError(name: "write", code: count < 0 ? errno : EIO) }
      rest = rest.dropFirst(count)
    }
    guard fchmod(file, mode) == 0 else { throw ProcessError(name: "fchmod", code: errno) }
    guard fsync(file) == 0 else { throw ProcessError(name: "fsync", code: errno) }
  }

  /// A name outlives a power cut only when its folder is written.
  private static func synchronize(folderOf path: String) throws(ProcessError) {
    let end = path.lastIndex(of: "/")
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let file = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw ProcessError(name: "open", code: errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw ProcessError(name: "fsync", code: errno) }
  }
}
