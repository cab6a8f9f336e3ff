internal import Glibc

/// How a process is started that works for the daemon, and is spoken to over a socket.
public struct HelperCommand: Sendable {
  public var path: String
  public var arguments: [String]

  public init(path: String, arguments: [String]) {
    self.path = path
    self.arguments = arguments
  }

  /// This same program, also after its file was replaced, as one of its commands.
  public static func ourselves(_ command: String) -> HelperCommand {
    HelperCommand(path: "/proc/self/exe", arguments: ["sentry", command])
  }

  /// What else it is started with.
  public struct Circumstances: Sendable {
    /// Behind those of the command.
    public var arguments: [String] = []
    /// All it gets, as `NAME=value`.
    public var environment: [String] = []
    public var group = ProgramStart.Group.ofStarter

    public init() {}
  }

  /// Starts it. What it reads from is the other end of the socket; what it writes goes nowhere.
  ///
  /// - Parameter prepare: is given both ends first.
  /// - Returns: its number, and our end of the socket.
  public func start(
    _ circumstances: Circumstances = Circumstances(), prepare: (Int32) -> Void = { _ in }
  ) throws(ProcessError) -> (process: Int32, socket: Int32) {
    let (ours, theirs) = try SocketPair.make()
    defer { close(theirs) }
    prepare(ours)
    prepare(theirs)
    do throws(ProcessError) {
      return (try start(circumstances, with: theirs), ours)
    } catch {
      close(ours)
      throw error
    }
  }

  private func start(_ circumstances: Circumstances, with socket: Int32) throws(ProcessError) -> Int32 {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard null >= 0 else { throw ProcessError(name: "open /dev/null", code: errno) }
    defer { close(null) }
    var start = ProgramStart(path: path, arguments: arguments + circumstances.arguments, input: socket, output: null)
    start.environment = circumstances.environment
    start.group = circumstances.group
    return try start.start()
  }
}
