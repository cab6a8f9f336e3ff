import Foundation
import Glibc
import SentryProcesses
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

  /// Starts it in a process group of its own, with the files at these paths as input, output and errors.
  private static func start(_ command: [String], _ environment: [String], _ streams: [String]) throws -> pid_t {
    func failed(_ code: Int32) -> ProgramNotStarted {
      ProgramNotStarted(command: command.joined(separator: " "), code: code)
    }
    var files: [Int32] = []
    defer { files.forEach { close($0) } }
    for path in streams {
      // Safe: Swift passes the path as a terminated string that lives during the call.
      let file = unsafe open(path, (files.isEmpty ? O_RDONLY : O_WRONLY) | O_CLOEXEC)
      guard file >= 0 else { throw failed(errno) }
      files.append(file)
    }
    var start = ProgramStart(path: command[0], arguments: command, input: files[0], output: files[1])
    (start.errors, start.environment, start.group) = (files[2], environment, .own)
    do { return try start.start() } catch { throw failed(error.code) }
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
