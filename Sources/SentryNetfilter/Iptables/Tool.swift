internal import CNftables
internal import Glibc
internal import SentryProcesses

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
    var start = ProgramStart(
      path: try path, arguments: [name] + arguments, input: input.descriptor, output: output.descriptor)
    start.errors = errors.descriptor
    start.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
    let status = try Self.wait(for: start)
    return Outcome(status: status, output: try output.text(), errors: try errors.text())
  }

  private static func wait(for start: ProgramStart) throws(NetfilterError) -> Int32 {
    let process: pid_t
    do { process = try start.start() } catch { throw .systemCall(name: error.name, code: error.code) }
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
