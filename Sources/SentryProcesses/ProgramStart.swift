internal import CProcess
internal import Foundation
internal import Glibc

/// How another program is started.
public struct ProgramStart: Sendable {
  public var path: String
  /// The first is its name.
  public var arguments: [String]
  /// All it gets, as `NAME=value`.
  public var environment: [String] = []
  /// What it has as standard input, output and errors.
  public var input: Int32
  public var output: Int32
  public var errors = STDERR_FILENO
  public var group = Group.ofStarter

  /// Who gets the signals of a terminal along with it.
  public enum Group: Sendable {
    /// Whoever starts it.
    case ofStarter
    /// Only what it starts itself.
    case own
    /// The same, and it has no terminal.
    case ownSession
  }

  public init(path: String, arguments: [String], input: Int32, output: Int32) {
    (self.path, self.arguments, self.input, self.output) = (path, arguments, input, output)
  }

  private var groupFlag: Int32 {
    switch group {
    case .ofStarter: 0
    case .own: POSIX_SPAWN_SETPGROUP
    // POSIX_SPAWN_SETSID, which the C library shows only to those who ask for its extensions.
    case .ownSession: 0x80
    }
  }

  /// A file that is still open for writing cannot be run, but whoever saves it is done soon: tries for five seconds.
  public static func whenSaved(
    _ start: () throws(ProcessError) -> Int32
  ) throws(ProcessError) -> Int32 {
    for _ in 0..<50 {
      do { return try start() } catch {
        guard error.code == ETXTBSY else { throw error }
        usleep(100_000)
      }
    }
    return try start()
  }

  /// No signal is blocked or ignored when it begins, and nothing is open but those three.
  ///
  /// - Returns: the number of the process.
  public func start() throws(ProcessError) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var signals = sigset_t()
    // Safe: these structures are made here, filled in, and given back below; the calls copy what they are handed.
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for (number, file) in [input, output, errors].enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    // Also what somebody else has opened without a word on this.
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | groupFlag))
    // Safe: terminated strings that are freed after the call, which has copied them.
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var process: pid_t = 0
    // Safe: both lists end with nil, and all of it lives during the call.
    let code = unsafe posix_spawn(&process, path, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw ProcessError(name: "posix_spawn", code: code) }
    return process
  }
}

/// Two ends of a socket that keeps messages apart; both are closed with the next program.
public enum SocketPair {
  public static func make() throws(ProcessError) -> (ours: Int32, theirs: Int32) {
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
}
