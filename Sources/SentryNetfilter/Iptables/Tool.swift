internal import CNftables
internal import Glibc

/// A program of the system that is run to its end. It lives in the network namespace of the thread that runs it.
struct Tool {
  let name: String
  /// The Debian package that has it.
  let package: String

  struct Outcome {
    /// The exit status, or 128 and the signal that ended it.
    var status: Int32
    var output: String
    var errors: String
  }

  private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"]

  /// - Throws: `.noProgram`.
  var path: String {
    get throws(NetfilterError) {
      for folder in Self.folders {
        let path = "\(folder)/\(name)"
        // Safe: Swift passes the path as a terminated string that lives during the call.
        if unsafe access(path, X_OK) == 0 { return path }
      }
      throw .noProgram(name: name, package: package)
    }
  }

  /// Runs it and waits. Its input and output are files in memory, so neither side ever waits for the other.
  func run(_ arguments: [String], input: String = "") throws(NetfilterError) -> Outcome {
    let input = try MemoryFile(input)
    let output = try MemoryFile()
    let errors = try MemoryFile()
    let streams = [input.descriptor, output.descriptor, errors.descriptor]
    let process = try Self.start([try path] + arguments, streams: streams)
    let status = try Self.wait(for: process)
    return Outcome(status: status, output: try output.text(), errors: try errors.text())
  }

  /// With a bare environment and no blocked signals.
  private static func start(_ command: [String], streams: [Int32]) throws(NetfilterError) -> pid_t {
    // Safe, this and what follows: each value is initialised by its first call and destroyed on the way out, and the C
    // strings live until then.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in streams.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var arguments = unsafe Self.copies(of: command)
    var environment = unsafe Self.copies(of: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"])
    defer {
      unsafe arguments.forEach { unsafe free($0) }
      unsafe environment.forEach { unsafe free($0) }
    }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, command[0], &actions, &attributes, &arguments, &environment)
    guard code == 0 else { throw .systemCall(name: "posix_spawn", code: code) }
    return process
  }

  /// As C wants a list of strings: with an empty pointer at its end. To be freed one by one.
  @unsafe
  private static func copies(of strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe []
    for string in strings { unsafe copies.append(strdup(string)) }
    unsafe copies.append(nil)
    return unsafe copies
  }

  private static func wait(for process: pid_t) throws(NetfilterError) -> Int32 {
    var status: Int32 = 0
    // Safe: the call writes one number.
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw .systemCall(name: "waitpid", code: errno) }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

/// A file without a name that lives in memory.
struct MemoryFile: ~Copyable {
  let descriptor: Int32

  /// Holds `text`, and is read from its start.
  init(_ text: String = "") throws(NetfilterError) {
    // Safe: a terminated constant.
    descriptor = unsafe memfd_create("sentry", UInt32(MFD_CLOEXEC))
    guard descriptor >= 0 else { throw .systemCall(name: "memfd_create", code: errno) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // Safe: the call reads at most `rest.count` bytes of the storage it is given.
      let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw .systemCall(name: "write", code: errno) }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }

  /// All it holds.
  func text() throws(NetfilterError) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      // Safe: the call writes at most `buffer.count` bytes into the array's storage.
      let count = unsafe pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
      guard count >= 0 else { throw .systemCall(name: "pread", code: errno) }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }
}
