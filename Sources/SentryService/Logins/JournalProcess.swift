// The journal of a unit, by journalctl(1).
//
// The journal's files belong to the system; journalctl knows their form, how they are rotated, and who may read them: users in the
// groups systemd-journal and adm. It is started with what it has to hand over, and goes on until its pipe is closed. Where it was is
// known by the cursor of the last entry, so that a new one goes on behind that.

internal import CProcess
internal import Glibc
internal import SentryLogins
internal import SentryPacket
internal import SentryProcesses

/// Follows a unit's messages; not for use by several tasks at a time.
final class JournalProcess {
  /// The program and what stands before our arguments.
  static let usualCommand = ["/usr/bin/journalctl"]
  private static let chunk = 64 << 10
  /// What the pipe holds: more than comes between two looks.
  private static let pipeSize = 1 << 20
  /// `F_SETPIPE_SZ` of fcntl(2), which the C library shows only to those who ask for its extensions.
  private static let setPipeSize: Int32 = 1031
  /// Nanoseconds until one that has ended is started again.
  private static let pause: Int64 = 10_000_000_000

  private let unit: String
  private let command: [String]
  /// Seconds since 1970: what is older is not for us.
  private let start: Int
  private var process: Int32 = -1
  private var output: Int32 = -1
  private var errors: Int32 = -1
  private var export = JournalExport()
  private var buffer: [UInt8] = []
  private var said: [UInt8] = []
  /// When it may be started again, on the system's clock.
  private var nextStart: Int64 = 0
  private var isStopped = false
  private(set) var cursor: [UInt8]
  private(set) var problem: String?
  private(set) var entryCount: UInt64 = 0

  /// - Parameters:
  ///   - cursor: of the last entry that an earlier run has seen; empty for none.
  ///   - start: seconds since 1970, from when on entries count that have no cursor before them.
  init(unit: String, command: [String] = JournalProcess.usualCommand, after cursor: [UInt8] = [], from start: Int) {
    (self.unit, self.command, self.cursor, self.start) = (unit, command, cursor, start)
  }

  deinit { stop() }

  /// Hands what has come since the last call to `body`.
  ///
  /// - Returns: how many bytes were read.
  func poll(atMost limit: Int = 4 << 20, _ body: (JournalExport.Entry) -> Void) -> Int {
    let now = UptimeClock.now().nanoseconds
    if process < 0, now >= nextStart, !isStopped { begin(now) }
    guard process >= 0 else { return 0 }
    var total = 0
    while total < limit {
      let count = read(output)
      guard count > 0 else {
        if count == 0 || export.isBroken { end(now) }
        break
      }
      total += count
      export.feed(buffer[..<count]) { entry in
        entryCount &+= 1
        if !entry.cursor.isEmpty { cursor = entry.cursor }
        body(entry)
      }
    }
    hearErrors()
    if total > 0 { problem = nil }
    return total
  }

  /// For good.
  func stop() {
    isStopped = true
    shut()
  }

  private func shut() {
    guard process >= 0 else { return }
    // It only reads. Whatever it waits for, and also if somebody has stopped it, it ends now.
    kill(process, SIGKILL)
    close(output)
    close(errors)
    var status: Int32 = 0
    // Safe: the call writes one number.
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    process = -1
  }

  // MARK: The process

  private var arguments: [String] {
    let place =
      cursor.isEmpty ? "--since=@\(start)" : "--after-cursor=\(String(decoding: cursor, as: UTF8.self))"
    return command + [
      "--unit=\(unit)", "--follow", "--no-tail", "--output=export",
      "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_UID", place,
    ]
  }

  private func begin(_ now: Int64) {
    nextStart = now + Self.pause
    export = JournalExport()
    said = []
    do throws(ProcessError) {
      try launch()
    } catch {
      problem = "\(command.first ?? "journalctl") does not start: \(error)"
    }
  }

  private func launch() throws(ProcessError) {
    let (output, theirOutput) = try Self.pipe()
    defer { close(theirOutput) }
    let (errors, theirErrors) = try Self.pipe()
    defer { close(theirErrors) }
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { if null >= 0 { close(null) } }
    _ = fcntl(output, Self.setPipeSize, Int32(Self.pipeSize))
    for ours in [output, errors] { _ = fcntl(ours, F_SETFL, O_NONBLOCK) }
    var start = ProgramStart(path: command.first ?? "", arguments: arguments, input: null, output: theirOutput)
    start.errors = theirErrors
    start.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=cat"]
    start.group = .ownSession
    do throws(ProcessError) {
      process = try start.start()
    } catch {
      close(output)
      close(errors)
      throw error
    }
    (self.output, self.errors) = (output, errors)
  }

  private static func pipe() throws(ProcessError) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [-1, -1]
    // Safe: the call writes two numbers.
    guard unsafe sentry_pipe(&ends) == 0 else { throw ProcessError(name: "pipe", code: errno) }
    return (ends[0], ends[1])
  }

  private func end(_ now: Int64) {
    hearErrors()
    shut()
    nextStart = now + Self.pause
    problem =
      export.isBroken
      ? "what \(command.first ?? "") writes is no export of a journal" : firstError ?? "journalctl has ended"
    // It would say the same each time; without the cursor, what comes from now on is seen.
    if !cursor.isEmpty, firstError?.contains("cursor") == true { (cursor, nextStart) = ([], now) }
  }

  /// More than 0 bytes, 0 at the end, less if there is nothing now.
  private func read(_ file: Int32) -> Int {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.chunk) }
    while true {
      // Safe: the buffer has that size.
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  private static let longestError = 4_096

  private func hearErrors() {
    while process >= 0 {
      let count = read(errors)
      guard count > 0 else { return }
      if said.count < Self.longestError { said += buffer[..<min(count, Self.longestError)] }
      problem = firstError ?? problem
    }
  }

  /// The first line of what it has complained of: without the groups it may not see other users' messages, and says so.
  private var firstError: String? {
    let line = said.split(whereSeparator: { $0 == UInt8(ascii: "\n") }).first { !$0.isEmpty }
    return line.map { String(decoding: $0.prefix(200), as: UTF8.self).withoutControlCharacters }
  }
}
