public import Foundation
internal import Glibc

/// A file system of its own for a test, small enough to be filled.
public enum SmallDisk {
  /// Mounting takes root.
  public static let isPossible = geteuid() == 0 && Program("mount").isThere

  public struct Failure: Error { public var said: String }

  /// One of a megabyte for `body`, with its path; it is gone afterwards.
  public static func with(_ body: (String) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    try await run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path)
    do {
      try await body(path)
    } catch {
      try await run("umount", "--lazy", path)
      throw error
    }
    try await run("umount", "--lazy", path)
  }

  /// Leaves no room for anything on it.
  ///
  /// - Returns: the file that takes it.
  public static func fill(_ path: String) throws -> URL {
    let ballast = URL(fileURLWithPath: path + "/ballast")
    _ = FileManager.default.createFile(atPath: ballast.path, contents: nil)
    let file = try FileHandle(forWritingTo: ballast)
    while (try? file.write(contentsOf: Data(count: 4_096))) != nil {}
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
