internal import Glibc
internal import SentryPacket

/// Which file an executable is, and whether it is still what it was: a file that was written to has another time of change, which
/// nobody can set.
public struct ExecutableIdentity: Hashable, Sendable, BitwiseCopyable {
  public var device: UInt64
  public var inode: UInt64
  /// In bytes.
  public var size: UInt64
  /// When its contents were changed last, in nanoseconds since 1970.
  public var modified: Int64
  /// When anything of it was changed last, likewise.
  public var changed: Int64

  public init(device: UInt64, inode: UInt64, size: UInt64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  init(_ status: stat) {
    func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
    self.init(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: UInt64(clamping: status.st_size),
      modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
  }
}

extension ExecutableIdentity {
  static var byteCount: Int { 40 }

  func write(to bytes: inout [UInt8]) {
    bytes.append(native: device)
    bytes.append(native: inode)
    bytes.append(native: size)
    bytes.append(native: modified)
    bytes.append(native: changed)
  }

  init?(_ bytes: RawSpan, at offset: Int) {
    guard let device = bytes.native64(at: offset), let inode = bytes.native64(at: offset + 8),
      let size = bytes.native64(at: offset + 16), let modified = bytes.native64(at: offset + 24),
      let changed = bytes.native64(at: offset + 32)
    else { return nil }
    self.init(
      device: device, inode: inode, size: size, modified: Int64(bitPattern: modified),
      changed: Int64(bitPattern: changed))
  }
}
