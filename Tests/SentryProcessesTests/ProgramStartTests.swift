import Foundation
import Glibc
import SentryProcesses
import SentryTestSupport
import Testing

struct ProgramStartTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func program() throws -> String {
    let path = try folder.write("program", "#!/bin/sh\nexit 7\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  private func start(_ path: String) throws -> Int32 {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    let start = ProgramStart(path: path, arguments: ["program"], input: null, output: null)
    return try ProgramStart.whenSaved { () throws(ProcessError) in try start.start() }
  }

  private func exitStatus(of process: Int32) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return (status >> 8) & 0xff
  }

  /// Somebody saves the program while it is asked for: the kernel runs no file that is open for writing.
  @Test
  func aProgramThatIsBeingSavedStartsWhenItIs() async throws {
    let path = try program()
    let writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    try #require(writer >= 0)
    Thread.detachNewThread {
      usleep(300_000)
      close(writer)
    }
    #expect(exitStatus(of: try start(path)) == 7)
  }

  @Test
  func aProgramThatStaysOpenIsGivenUp() throws {
    let path = try program()
    let writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    try #require(writer >= 0)
    defer { close(writer) }
    let error = try #require(throws: ProcessError.self) { try start(path) }
    #expect(error.code == ETXTBSY)
  }
}
