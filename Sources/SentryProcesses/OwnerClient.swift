internal import Foundation
internal import Glibc
public import SentryPacket

/// The daemon's end of the process that looks up owners. Nothing here ever waits.
@safe
public final class OwnerClient {
  /// How the process is started.
  public struct Command: Sendable {
    public var path: String
    public var arguments: [String]

    public init(path: String, arguments: [String]) {
      self.path = path
      self.arguments = arguments
    }

    /// This same program, also after its file was replaced.
    public static let ourselves = Command(path: "/proc/self/exe", arguments: ["sentry", "owner-lookup"])
  }

  /// Readable when answers wait, or when the process has ended.
  public let descriptor: Int32
  /// Its number.
  public let process: Int32
  private var question: [UInt8] = []
  private var answer = [UInt8](repeating: 0, count: OwnerAnswer.byteCount)

  /// Starts the process.
  public init(_ command: Command = .ourselves) throws(ProcessError) {
    let (ours, theirs) = try Self.sockets()
    defer { close(theirs) }
    do throws(ProcessError) {
      process = try Self.start(command, with: theirs)
    } catch {
      close(ours)
      throw error
    }
    descriptor = ours
    question.reserveCapacity(OwnerQuestion.byteCount)
  }

  deinit {
    close(descriptor)
    // It ends by itself, but perhaps only after a look at many processes.
    kill(process, SIGKILL)
    // One that hangs in the kernel dies when that lets it go.
    Thread.detachNewThread { [process] in while waitpid(process, nil, 0) < 0, errno == EINTR {} }
  }

  /// - Returns: our end, which does not block, and the other.
  private static func sockets() throws(ProcessError) -> (ours: Int32, theirs: Int32) {
    var pair: (Int32, Int32) = (-1, -1)
    let type = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    // Safe: the call writes two descriptors.
    let status = unsafe withUnsafeMutableBytes(of: &pair) { pair in
      unsafe pair.withMemoryRebound(to: Int32.self) { pair in
        unsafe pair.baseAddress.map { unsafe socketpair(AF_UNIX, type, 0, $0) } ?? -1
      }
    }
    guard status == 0 else { throw ProcessError(name: "socketpair", code: errno) }
    return pair
  }

  private static func start(_ command: Command, with socket: Int32) throws(ProcessError) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    // Safe: made here, filled in, and given back below.
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    // Safe: terminated strings that are freed after the call, which has copied them.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    var process: pid_t = 0
    // Safe: both lists end with nil, and all of it lives during the call.
    let code = unsafe posix_spawn(&process, command.path, &actions, nil, &arguments, &environment)
    guard code == 0 else { throw ProcessError(name: "posix_spawn", code: code) }
    return process
  }

  // MARK: Questions and answers

  /// Asks whose a flow is. Answers come in the order of the questions.
  ///
  /// - Parameters:
  ///   - number: comes back with the answer.
  ///   - interface: the system's index; 0 for any.
  /// - Returns: false if it cannot be asked now.
  public func ask(_ number: UInt32, _ flow: LocalFlow, interface: UInt32) -> Bool {
    OwnerQuestion(number: number, flow: flow, interface: interface).write(to: &question)
    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
    // Safe: the kernel reads so many bytes during the call.
    return unsafe send(descriptor, question, question.count, flags) == question.count
  }

  /// Hands over the answers that wait, each with the path of the executable, which is empty if it is not known.
  ///
  /// - Returns: false if the process has ended.
  public func receive(_ body: (OwnerAnswer, _ executable: RawSpan) -> Void) -> Bool {
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT))
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      guard count > 0 else { return false }
      answer.withRawSpan { bytes in
        let message = bytes.extracting(0..<count)
        guard let (answer, path) = OwnerAnswer.read(message) else { return }
        body(answer, message.extracting(path))
      }
    }
  }
}
