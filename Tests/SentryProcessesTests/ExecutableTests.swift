import Foundation
import SentryTestSupport
import Testing

@testable import SentryProcesses

/// Real programs, which run under the path that is theirs, or under another's.
@Suite struct ExecutableTests {
  /// Programs that go on until they are told to stop.
  private static let sleep = Program("sleep")

  private let folder: TemporaryFolder
  private let copy: String

  init() async throws {
    folder = try TemporaryFolder()
    // The folder of the system's temporary files may be a link.
    copy = folder.url.resolvingSymlinksInPath().appendingPathComponent("server").path
    // By another process: what we write, programs that start meanwhile have open for a moment, too, and it cannot be run.
    #expect(try await Program("cp").run([Self.sleep.path, copy]).status == 0)
    // For other users, too.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
  }

  private func executable(of program: RunningProgram) -> ProcessFolder.Executable {
    ProcessFolder().executable(of: UInt32(program.number))
  }

  private func known(_ path: String) -> ProcessFolder.Executable { .known(Array(path.utf8)) }

  /// What the shell starts takes its place: it has come so far once its name is another.
  private func start(_ script: String) async throws -> RunningProgram {
    let program = try Program("sh").start(["-c", script])
    try await waitUntil("the shell has made way") {
      let name = try String(contentsOfFile: "/proc/\(program.number)/comm", encoding: .utf8)
      return ["server\n", "true\n"].contains(name)
    }
    return program
  }

  @Test(.timeLimit(.minutes(12))) func aProgramIsKnownAlsoAfterItWasRemovedOrReplaced() async throws {
    let program = try await start("exec \(copy) 600")
    #expect(executable(of: program) == known(copy))
    try FileManager.default.removeItem(atPath: copy)
    #expect(executable(of: program) == known(copy))
    try "something else".write(toFile: copy, atomically: true, encoding: .utf8)
    #expect(executable(of: program) == known(copy))
    try await program.kill()
  }

  @Test(.timeLimit(.minutes(12)), .enabled(if: Namespaces.areOpen, Namespaces.needs), arguments: Namespaces.users)
  func inAMountNamespaceOnlyTheSameFileCounts(_ user: String) async throws {
    let path = try Program("true").path
    // A service with a view of its own, such as one of its temporary files.
    let honest = try await start("exec \(user) unshare --map-root-user --mount sh -c 'exec \(copy) 600'")
    #expect(executable(of: honest) == known(copy))
    // Somebody who would like to be taken for another program.
    let other = try await start(
      "exec \(user) unshare --map-root-user --mount sh -c 'mount --bind \(copy) \(path) && exec \(path) 600'")
    #expect(try String(contentsOfFile: "/proc/\(other.number)/comm", encoding: .utf8) == "true\n")
    #expect(executable(of: other) == .foreign)
    // Such a file may also be run by somebody in our own namespace.
    let borrower = try await start("exec \(user) /proc/\(other.number)/root\(path) 600")
    #expect(executable(of: borrower) == .foreign)
    // Where mounts are not ours nothing tells that a path was right.
    try FileManager.default.removeItem(atPath: copy)
    #expect(executable(of: honest) == .foreign)
    for program in [honest, other, borrower] { try await program.kill() }
  }

  /// The path is the one that we see, not the one that the process would name.
  @Test(.timeLimit(.minutes(12)), .enabled(if: Namespaces.areOpen, Namespaces.needs))
  func anotherRootLendsNoName() async throws {
    let jail = folder.url.resolvingSymlinksInPath().appendingPathComponent("jail").path
    let program = try await start(
      """
      exec unshare --map-root-user --mount sh -c '
        mkdir \(jail) && mount -t tmpfs none \(jail) && mkdir \(jail)/usr \(jail)/bin \(jail)/lib \(jail)/lib64
        mount --rbind /usr \(jail)/usr && mount --rbind /lib \(jail)/lib
        if test -d /lib64; then mount --rbind /lib64 \(jail)/lib64; fi
        cp \(copy) \(jail)/bin/true && exec chroot \(jail) /bin/true 600'
      """)
    #expect(executable(of: program) == .foreign)
    try await program.kill()
  }
}

/// Mount namespaces as everybody may make them, where the system lets them.
private enum Namespaces {
  /// Ourselves and, where that can be tried, somebody without rights.
  static let users = geteuid() == 0 ? ["", "setpriv --reuid 65534 --clear-groups"] : [""]

  static let areOpen = users.allSatisfy { user in
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: "/bin/sh")
    probe.arguments = ["-c", "exec \(user) unshare --map-root-user --mount mount --bind /bin /bin 2>/dev/null"]
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }

  static let needs: Comment = "needs unshare and user namespaces that everybody may make"
}
