internal import CProcess
internal import Glibc
internal import SentryProcesses

/// The three pipes to a program under way: what it reads is written as it takes it, of what it writes the beginning is kept.
@safe
struct ChildPipes: ~Copyable {
  private(set) var theirInput: Int32
  private(set) var theirOutput: Int32
  private(set) var theirErrors: Int32
  private var input: Int32
  private var output: Int32
  private var errors: Int32
  private var unwritten: ArraySlice<UInt8>
  private var kept: [UInt8] = []
  private var keptErrors: [UInt8] = []
  private let heard: Int

  init(input bytes: [UInt8], heard: Int) throws(ProcessError) {
    let ends = try Self.threePipes()
    unwritten = bytes[...]
    self.heard = heard
    (theirInput, input) = ends[0]
    (output, theirOutput) = ends[1]
    (errors, theirErrors) = ends[2]
    for ours in [input, output, errors] { _ = fcntl(ours, F_SETFL, O_NONBLOCK) }
  }

  private static func threePipes() throws(ProcessError) -> [(readable: Int32, writable: Int32)] {
    var pipes: [(readable: Int32, writable: Int32)] = []
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      // Safe: the call writes two numbers.
      guard unsafe sentry_pipe(&ends) == 0 else {
        let code = errno
        close(pipes.flatMap { [$0.readable, $0.writable] })
        throw ProcessError(name: "pipe", code: code)
      }
      pipes.append((ends[0], ends[1]))
    }
    return pipes
  }

  private static func close(_ files: [Int32]) { for file in files where file >= 0 { Glibc.close(file) } }

  mutating func closeTheirs() {
    Self.close([theirInput, theirOutput, theirErrors])
    (theirInput, theirOutput, theirErrors) = (-1, -1, -1)
  }

  mutating func close() {
    closeTheirs()
    Self.close([input, output, errors])
    (input, output, errors) = (-1, -1, -1)
  }

  /// Writes and reads until the process has ended.
  ///
  /// - Returns: false if it has not by then.
  mutating func exchange(until process: Int32, deadline: ContinuousClock.Instant) -> Bool {
    let end = sentry_process_descriptor(process)
    defer { Self.close([end]) }
    while true {
      let left = deadline - .now
      guard left > .zero else { return false }
      var polled = [
        pollfd(fd: end, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
      ]
      // Where the kernel has no such descriptor, its end is noticed by its pipes, and soon after by looking.
      let wait = end < 0 ? min(left, .milliseconds(20)) : left
      // Safe: as many as the list has.
      _ = unsafe poll(&polled, nfds_t(polled.count), Int32(clamping: wait.milliseconds + 1))
      write()
      // Once more after its end, for what it has written last.
      let hasEnded = polled[0].revents != 0 || (end < 0 && Self.isZombie(process))
      output = Self.read(output, into: &kept, heard: heard)
      errors = Self.read(errors, into: &keptErrors, heard: heard)
      if hasEnded { return true }
    }
  }

  private static func isZombie(_ process: Int32) -> Bool {
    var information = unsafe siginfo_t()
    // Safe: the call writes the structure.
    let status = unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    return unsafe status == 0 && information.si_signo == SIGCHLD
  }

  private mutating func write() {
    guard input >= 0 else { return }
    while !unwritten.isEmpty {
      // Safe: the kernel reads so many bytes during the call.
      let count = unsafe unwritten.withUnsafeBytes { unsafe Glibc.write(input, $0.baseAddress, $0.count) }
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      guard count > 0 else { break }
      unwritten = unwritten.dropFirst(count)
    }
    Glibc.close(input)
    input = -1
  }

  /// Reads what is there, but not without end.
  ///
  /// - Returns: the descriptor; -1 if the other end is closed.
  private static func read(_ file: Int32, into kept: inout [UInt8], heard: Int) -> Int32 {
    guard file >= 0 else { return file }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    for _ in 0..<64 {
      // Safe: the buffer has that size.
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { return file }
      guard count > 0 else {
        Glibc.close(file)
        return -1
      }
      kept += buffer[..<min(count, max(0, heard - kept.count))]
    }
    return file
  }

  var firstLine: String? { CleanText.firstLine(of: kept) }
  var firstErrorLine: String? { CleanText.firstLine(of: keptErrors) }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
