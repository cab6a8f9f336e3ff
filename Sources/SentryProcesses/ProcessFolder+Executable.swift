// Which program a process runs, as far as its path can be believed.
//
// The kernel tells the path as it is among the mounts that the file was reached by. Everybody may make a mount namespace (with
// user namespaces no right is needed), and put any file in the place of any other there. So a path counts only if it leads us
// or process 1 to the very same file, or if the file lies on one of our own or its mounts: then the path is ours, too, and was
// right even if another file is there by now.

internal import Foundation
internal import Glibc

extension ProcessFolder {
  enum Executable: Equatable {
    /// Its path in our own view of the file system or that of process 1, as it was when the process began.
    case known([UInt8])
    /// A file that neither view has at that path: of a container, or of somebody who deceives.
    case foreign
    /// The process has gone, has none, or is not ours to see.
    case hidden
  }

  /// The executable of a process.
  func executable(of process: UInt32) -> Executable { identifiedExecutable(of: process).executable }

  /// The executable of a process, and which file that is; `nil` where it is hidden.
  func identifiedExecutable(of process: UInt32) -> (executable: Executable, identity: ExecutableIdentity?) {
    let name = "\(path)/\(process)/exe"
    // Nearly always its path leads us to it, and that takes three calls. If another program begins between them, they disagree.
    if let path = Self.link(at: AT_FDCWD, name, longest: OpenedPath.longest), let running = stat(ofPath: name.utf8),
      stat(ofPath: path).map(FileIdentity.init) == FileIdentity(running)
    {
      return (.known(path), ExecutableIdentity(running))
    }
    // From here on what is looked at stays the same, whatever the process does meanwhile.
    guard let file = OpenedPath(name), let mounted = file.pathAmongItsMounts else { return (.hidden, nil) }
    // What the kernel adds once the file was removed or replaced, as by an update.
    let mark = Array(" (deleted)".utf8)
    let path =
      mounted.count > mark.count && mounted.suffix(mark.count) == mark[...]
      ? Array(mounted.dropLast(mark.count)) : mounted
    guard let status = file.status else { return (.hidden, nil) }
    let identity = FileIdentity(status)
    let places = [path, Array(HostFiles.place(of: "").utf8) + path]
    let isOurs =
      places.contains { stat(ofPath: $0).map(FileIdentity.init) == identity } || file.isOnOurMounts
    return (isOurs ? .known(path) : .foreign, ExecutableIdentity(status))
  }
}

/// A file, whatever its name: a name may lead to another one later, or elsewhere.
private struct FileIdentity: Equatable {
  var device: UInt64
  var inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

extension stat {
  /// What a path leads to; `nil` if that is nothing.
  fileprivate init?(ofPath path: some Collection<UInt8>) {
    self.init()
    // Safe: both live during the call, and the path ends with a zero byte.
    let code = unsafe (Array(path) + [0]).withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe $0.baseAddress.map { unsafe stat($0, &self) } ?? -1 }
    }
    guard code == 0 else { return nil }
  }
}

/// A file that is open for nothing but to ask who it is and where.
private struct OpenedPath: ~Copyable {
  private let descriptor: Int32

  /// O_PATH, which Swift's C library module lacks.
  private static let withoutReading: Int32 = 0o10000000
  /// Bytes of a path: PATH_MAX.
  static let longest = 4_096

  init?(_ path: String) {
    // Safe: Swift passes `path` as a terminated string that lives during the call.
    descriptor = unsafe open(path, Self.withoutReading | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  var status: stat? {
    var status = stat()
    // Safe: the call writes one `stat`.
    return unsafe fstat(descriptor, &status) == 0 ? status : nil
  }

  var pathAmongItsMounts: [UInt8]? {
    ProcessFolder.link(at: AT_FDCWD, "/proc/self/fd/\(descriptor)", longest: Self.longest)
  }

  /// Whether it was reached by a mount of our own namespace or that of process 1, not by one of another, or one that is detached.
  var isOnOurMounts: Bool {
    guard let text = Self.text("/proc/self/fdinfo/\(descriptor)") else { return false }
    for line in text.split(separator: "\n") {
      let fields = line.split { $0 == "\t" || $0 == " " }
      if fields.first == "mnt_id:", let number = fields.dropFirst().first { return Self.isOurs(mount: number) }
    }
    return false
  }

  /// The first field of a line is the mount's number (proc_pid_mountinfo(5)).
  private static func isOurs(mount number: Substring) -> Bool {
    ["/proc/self/mountinfo", "/proc/1/mountinfo"].contains { path in
      text(path)?.split(separator: "\n").contains { $0.prefix { $0 != " " } == number } ?? false
    }
  }

  /// Mount points need not be UTF-8.
  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}
