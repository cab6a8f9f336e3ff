import Foundation
import Glibc
import Synchronization

/// A program under way; it is killed if it goes on when the test lets go of it.
///
/// It reads and writes files, not pipes: nobody has to read while it runs, and nobody else can keep them open. Started and awaited
/// by system calls of our own: Foundation misses the end of one of several programs now and then.
public final class RunningProgram: Sendable {
  private let command: [String]
  private let process: pid_t
  private let files: TemporaryFolder
  /// How it ended, once we know.
  private let end = Mutex<Int32?>(nil)

  /// - Throws: `ProgramNotStarted`.
  init(_ command: [String], environment: [String: String], input: Data?) throws {
    let files = try TemporaryFolder()
    let streams = [
      try input.map { try files.write("input", $0) } ?? "/dev/null", try files.write("output", ""),
      try files.write("errors", ""),
    ]
    self.command = command
    self.files = files
    process = try Self.start(command, environment.map { "\($0)=\($1)" }, streams)
  }

  deinit {
    sendKill()
    while endStatus == nil { usleep(1_000) }
  }

  /// The process' number.
  public var number: Int32 { process }

  /// Whether it has not ended yet.
  public var isRunning: Bool { endStatus == nil }

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
        guard clock.now < deadline else {
          throw OverdueProgram(command: commandLine, limit: limit, errors: errors)
        }
        try await Task.sleep(for: .milliseconds(5))
      }
    } catch {
      sendKill()
      throw error
    }
  }

  /// Its name, without the folder, and its arguments.
  private var commandLine: String {
    let name = command.first?.split(separator: "/").last.map(String.init) ?? ""
    return ([name] + command.dropFirst()).joined(separator: " ")
  }

  /// Asks it to end (by `SIGTERM`, unless it is to be another signal), waits, and says its exit status.
  ///
  /// - Throws: `OverdueProgram` if it takes no notice; then it is killed.
  @discardableResult
  public func stop(by signal: Int32? = nil) async throws -> Int32 {
    if isRunning { _ = Glibc.kill(process, signal ?? SIGTERM) }
    return try await waitForEnd(within: .seconds(20)).status
  }

  /// Ends it without asking, and waits.
  public func kill() async throws {
    sendKill()
    try await waitForEnd(within: .seconds(20))
  }

  /// With everything it started: each program has a process group of its own.
  private func sendKill() {
    guard isRunning else { return }
    _ = Glibc.kill(-process, SIGKILL)
  }

  /// Its exit status, or the negative number of the signal that ended it; `nil` while it runs.
  private var endStatus: Int32? {
    end.withLock { end in
      if let end { return end }
      var status: Int32 = 0
      // Safe: the call writes one number.
      guard unsafe waitpid(process, &status, WNOHANG) == process else { return nil }
      let signal = status & 0x7F
      end = signal == 0 ? status >> 8 & 0xFF : -signal
      return end
    }
  }

  /// Starts it in a process group of its own, with no signal blocked or ignored; our own files are all closed when
  /// it begins (O_CLOEXEC).
  private static func start(_ command: [String], _ environment: [String], _ streams: [String]) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var signals = sigset_t()
    // Safe: the calls fill these structures, and copy the paths they are given.
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for (number, path) in streams.enumerated() {
      unsafe posix_spawn_file_actions_addopen(&actions, Int32(number), path, number == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    let variables = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    var process: pid_t = 0
    // Safe: both lists end in a null pointer, and live until after the call.
    let code = unsafe posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
    guard code == 0 else { throw ProgramNotStarted(command: command.joined(separator: " "), code: code) }
    return process
  }
}

/// The system does not start a program; `code` is an `errno`.
public struct ProgramNotStarted: Error {
  public var command: String
  public var code: Int32
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
