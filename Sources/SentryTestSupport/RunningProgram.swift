import Foundation
import Glibc

/// A program under way; it is killed if it goes on when the test lets go of it.
///
/// It reads and writes files, not pipes: nobody has to read while it runs, and nobody else can keep them open. Whether it has
/// ended we ask the system: Foundation sometimes misses the end of one of several programs.
public final class RunningProgram: Sendable {
  private let process: Process
  private let files: TemporaryFolder

  /// A program that starts while another does would inherit, and keep open, the socket on which Foundation waits for
  /// the other's end.
  private static let oneAtATime = NSLock()

  init(starting process: Process, input: Data?) throws {
    self.process = process
    files = try TemporaryFolder()
    process.standardInput = try input.map { try FileHandle(forReadingFrom: file("input", $0)) }
    process.standardOutput = try FileHandle(forWritingTo: file("output"))
    process.standardError = try FileHandle(forWritingTo: file("errors"))
    try Self.oneAtATime.withLock { try process.run() }
  }

  private func file(_ name: String, _ contents: Data = Data()) throws -> URL {
    URL(fileURLWithPath: try files.write(name, contents))
  }

  deinit { sendKill() }

  /// Whether it has not ended yet.
  public var isRunning: Bool { process.isRunning && endStatus == nil }

  /// What it has written to standard error so far.
  public var errors: String { text("errors") }

  private func text(_ name: String) -> String {
    String(decoding: (try? Data(contentsOf: files.url.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
  }

  /// Waits until it has ended.
  ///
  /// - Throws: `OverdueProgram` if it does not within `limit`. Then, or if the task is cancelled, it is killed.
  @discardableResult
  public func waitForEnd(within limit: Duration) async throws -> ProgramRun {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    do {
      while true {
        if let status = endStatus { return ProgramRun(status: status, output: text("output"), errors: errors) }
        guard clock.now < deadline else { throw OverdueProgram(command: command, limit: limit, errors: errors) }
        try await Task.sleep(for: .milliseconds(10))
      }
    } catch {
      sendKill()
      throw error
    }
  }

  /// Its exit status, or the negative number of the signal that ended it; `nil` while it runs.
  private var endStatus: Int32? {
    guard process.isRunning else {
      return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
    var end = unsafe siginfo_t()
    // Safe: the call writes one structure. It leaves the ended program for Foundation to collect.
    let isKnown = unsafe waitid(P_PID, id_t(process.processIdentifier), &end, WEXITED | WNOHANG | WNOWAIT) == 0
    guard isKnown, unsafe end.si_signo == SIGCHLD else { return nil }
    // Safe: with that signal the kernel has written these fields.
    let status = unsafe end._sifields._sigchld.si_status
    return unsafe end.si_code == Int32(CLD_EXITED) ? status : -status
  }

  /// Asks it to end (`SIGTERM`), waits, and says its exit status.
  ///
  /// - Throws: `OverdueProgram` if it takes no notice; then it is killed.
  @discardableResult
  public func stop() async throws -> Int32 {
    process.terminate()
    return try await waitForEnd(within: .seconds(20)).status
  }

  /// Ends it without asking, and waits: for programs that take no notice of `SIGTERM`, because it is blocked where we
  /// start them.
  public func kill() async throws {
    sendKill()
    try await waitForEnd(within: .seconds(20))
  }

  /// With everything it started: Foundation gives each program a process group of its own.
  private func sendKill() {
    guard process.isRunning else { return }
    _ = Glibc.kill(-process.processIdentifier, SIGKILL)
  }

  private var command: String {
    ([process.executableURL?.lastPathComponent ?? ""] + (process.arguments ?? [])).joined(separator: " ")
  }
}

/// What a program wrote, and how it ended.
public struct ProgramRun: Sendable {
  /// Its exit status, or the negative number of the signal that ended it.
  public var status: Int32
  /// Standard output.
  public var output: String
  /// Standard error.
  public var errors: String
}

/// A program did not end in time, and was killed.
public struct OverdueProgram: Error, CustomStringConvertible {
  /// Its name and arguments.
  public var command: String
  public var limit: Duration
  /// What it had written to standard error until then.
  public var errors: String

  public var description: String {
    "'\(command.prefix(500))' had not ended after \(limit) and was killed; it said: \(errors.suffix(1000))"
  }
}
