internal import CProcess
internal import Glibc
internal import SentryProcesses
internal import Synchronization

/// A program that is run to its end: it reads what it is given, is heard only so long, and does not outlive its time, nor does what it
/// has started in its process group. What leaves that is not followed: a mail program may well deliver in the background.
struct ChildProgram {
  var path: String
  /// The first is its name.
  var arguments: [String]
  /// What it reads from standard input.
  var input: [UInt8]
  var patience: Duration

  /// Bytes of its output and of its errors that are kept.
  private static let heard = 4_096

  struct Ending: Equatable {
    enum Way: Equatable {
      case status(Int32)
      case signal(Int32)
      /// It was killed because its time was over.
      case overdue
    }
    var way: Way
    /// The first line that is not blank of what it has written, made fit to be shown.
    var output: String?
    var errors: String?
  }

  /// Runs it; returns when it has ended.
  func run() throws(ProcessError) -> Ending {
    var pipes = try ChildPipes(input: input, heard: Self.heard)
    defer { pipes.close() }
    var start = ProgramStart(path: path, arguments: arguments, input: pipes.theirInput, output: pipes.theirOutput)
    start.errors = pipes.theirErrors
    start.environment = ProgramEnvironment.variables
    start.group = .ownSession
    let process = try ProgramStart.whenSaved { () throws(ProcessError) in try RunningGroups.start(start) }
    defer { RunningGroups.forget(process) }
    pipes.closeTheirs()
    let hasEnded = pipes.exchange(until: process, deadline: .now + patience)
    // Until it is waited for, its number belongs to nobody else: this reaches what it has left behind.
    kill(-process, SIGKILL)
    var status: Int32 = 0
    // Safe: the call writes one number.
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Ending(way: Self.way(status, hasEnded), output: pipes.firstLine, errors: pipes.firstErrorLine)
  }

  /// Of a status as waitpid(2) gives it.
  private static func way(_ status: Int32, _ hasEnded: Bool) -> Ending.Way {
    guard hasEnded else { return .overdue }
    let signal = status & 0x7F
    return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
  }
}

extension ChildProgram.Ending {
  /// What people read of it; `nil` if it ended well.
  var problem: String? {
    let said = (errors ?? output).map { ": \($0)" } ?? ""
    switch way {
    case .status(0): return nil
    case .status(let status): return "ended with status \(status)\(said)"
    case .signal(let signal): return "was ended by signal \(signal)\(said)"
    case .overdue: return "had not ended in time and was killed\(said)"
    }
  }
}

/// The programs that are under way: they end with this process.
enum RunningGroups {
  private struct Groups {
    var leaders: Set<Int32> = []
    var isOver = false
  }
  private static let groups = Mutex(Groups())

  static func start(_ start: ProgramStart) throws(ProcessError) -> Int32 {
    let outcome: Result<Int32, ProcessError> = groups.withLock { groups in
      guard !groups.isOver else { return .failure(ProcessError(name: "start", code: ECANCELED)) }
      do throws(ProcessError) {
        let process = try start.start()
        groups.leaders.insert(process)
        return .success(process)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  static func forget(_ process: Int32) { groups.withLock { _ = $0.leaders.remove(process) } }

  /// Ends them all; none is started any more.
  static func endAll() {
    groups.withLock { groups in
      groups.isOver = true
      for leader in groups.leaders { kill(-leader, SIGKILL) }
    }
  }
}
