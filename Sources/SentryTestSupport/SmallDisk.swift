public import Foundation
internal import Glibc

/// A file system of its own for a test, small enough to be filled.
public enum SmallDisk {
  /// Mounting takes root.
  public static let isPossible = geteuid() == 0 && Program("mount").isThere

  public struct Failure: Error { public var said: String }

  public enum Kind: String, Sendable, CaseIterable {
    /// In memory: blocks are as large as pages.
    case memory
    /// ext4 in a file with blocks of 1 KiB, as `mkfs` makes small ones: a page of a file may have holes.
    case smallBlocks
  }

  /// One for `body`, with its path; it is gone afterwards.
  public static func with(
    _ kind: Kind = .memory, megabytes: Int = 1, _ body: (String) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    switch kind {
    case .memory: try await run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path)
    case .smallBlocks:
      let image = folder.path("image")
      try await run("truncate", "-s", "\(megabytes)M", image)
      // Nothing is reserved for root: it is full for all at once.
      try await run("mkfs.ext4", "-q", "-b", "1024", "-m", "0", image)
      try await run("mount", "-o", "loop", image, path)
    }
    do {
      try await body(path)
    } catch {
      try await run("umount", "--lazy", path)
      throw error
    }
    try await run("umount", "--lazy", path)
  }

  /// Leaves no room for anything on it, or hardly any.
  ///
  /// - Returns: the file that takes it.
  public static func fill(_ path: String, butKilobytes room: Int = 0) throws -> URL {
    let ballast = URL(fileURLWithPath: path + "/ballast")
    _ = FileManager.default.createFile(atPath: ballast.path, contents: nil)
    let file = try FileHandle(forUpdating: ballast)
    for size in [1 << 20, 4_096, 1_024] { while (try? file.write(contentsOf: Data(count: size))) != nil {} }
    let end = try file.seekToEnd()
    try file.truncate(atOffset: end - min(end, UInt64(room) << 10))
    // What was given back is free at once.
    try file.synchronize()
    try file.close()
    return ballast
  }

  /// - Parameter option: `ro` or `rw`: whether it can be written.
  public static func remount(_ path: String, _ option: String) async throws {
    try await run("mount", "-o", "remount,\(option)", path)
  }

  private static func run(_ name: String, _ arguments: String...) async throws {
    let run = try await Program(name).run(arguments)
    guard run.status == 0 else { throw Failure(said: run.errors) }
  }
}
