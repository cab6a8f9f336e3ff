internal import SentryControl
internal import SentryLogins
internal import SentryPacket
internal import SentryRules

/// A log that is followed, and what it has said; not for use by several tasks at a time.
final class FollowedLog {
  private enum Input {
    case file(FollowedFile)
    case journal(JournalProcess)
  }

  private(set) var source: LoginSource
  private var reader: LoginReader
  private let input: Input
  private var failed: UInt64 = 0
  private var succeeded: UInt64 = 0
  private var lastTime: Double?
  /// Of all lines of logins so far, the latest time that one said of itself.
  private var newest = -Double.infinity
  /// The beginning of the latest line that has come live: its time is asked for when that matters, which is rare.
  private var latest: [UInt8] = []
  private static let latestLength = 256
  /// The file was written anew, with lines in it that were read before.
  private var isRewritten = false
  /// What people were told last of it.
  private var toldProblem: String?

  /// - Parameters:
  ///   - kept: where an earlier run was; `nil`: what is older than now does not count.
  ///   - journal: how journalctl is run.
  init(_ source: LoginSource, from kept: KeptLogins?, journal: [String], now: Double) {
    self.source = source
    reader = source.reader
    switch source.place {
    case .file(let path): input = .file(FollowedFile(path: path, from: kept?.files[path]))
    case .journal(let unit):
      input = .journal(
        JournalProcess(
          unit: unit, command: journal, after: kept?.cursors[unit].map { Array($0.utf8) } ?? [], from: Int(now)))
    }
  }

  /// The same log, of which other lines count from now on.
  func read(as source: LoginSource) {
    guard source != self.source, source.place == self.source.place else { return }
    (self.source, reader) = (source, source.reader)
  }

  /// What a line has said, and when.
  struct Login {
    var event: LoginEvent
    /// Seconds since 1970.
    var time: Double
  }

  /// Takes what has come since the last call.
  ///
  /// - Returns: how many bytes were read.
  func poll(into logins: inout [Login], now: Double) -> Int {
    let before = logins.count
    let count =
      switch input {
      case .file(let file):
        file.poll(now: UptimeClock.now().secondsSince1970) { line, arrival in
          guard let event = reader.event(line: line) else { return }
          if let time = time(of: line, arrival, now: now) { logins.append(Login(event: event, time: time)) }
        }
      case .journal(let journal):
        journal.poll { entry in
          let event = reader.event(message: entry.message.span, of: entry.program, isRoots: entry.isRoots)
          guard let event else { return }
          logins.append(Login(event: event, time: min(now, entry.time ?? now)))
        }
      }
    for login in logins[before...] {
      if login.event.outcome == .succeeded { succeeded &+= 1 } else { failed &+= UInt64(login.event.attempts) }
    }
    if logins.count > before { lastTime = now }
    return count
  }

  /// When a line was written; `nil` if it was read before.
  ///
  /// What comes while the log is followed is of now, whatever it says: clocks and zones of programs can be others. Of what was there
  /// already only the line can say it.
  private func time(of line: Span<UInt8>, _ arrival: FollowedFile.Arrival, now: Double) -> Double? {
    guard arrival != .live else {
      latest.removeAll(keepingCapacity: true)
      for index in 0..<min(line.count, Self.latestLength) { latest.append(line[index]) }
      isRewritten = false
      return now
    }
    newest = max(newest, said(latest.span, now) ?? newest)
    guard let said = said(line, now) else { return now }
    isRewritten = arrival == .again && (isRewritten || said < newest)
    if isRewritten, said <= newest { return nil }
    newest = max(newest, said)
    return said
  }

  private func said(_ line: Span<UInt8>, _ now: Double) -> Double? {
    LogTime.seconds(of: line, now: now).map { min(now, $0) }
  }

  private var problem: String? {
    switch input {
    case .file(let file): file.problem
    case .journal(let journal): journal.problem
    }
  }

  /// What is to be said of it since the last call; `nil` if nothing has changed.
  func takeNews() -> String? {
    let problem = problem
    guard problem != toldProblem else { return nil }
    defer { toldProblem = problem }
    return problem.map { "logins: \(source.place) cannot be followed: \($0)" }
      ?? "logins: \(source.place) is followed again"
  }

  func stop() { if case .journal(let journal) = input { journal.stop() } }

  /// Adds where it is.
  func keep(in kept: inout KeptLogins) {
    switch (source.place, input) {
    case (.file(let path), .file(let file)): kept.files[path] = file.place
    case (.journal(let unit), .journal(let journal)) where !journal.cursor.isEmpty:
      kept.cursors[unit] = String(decoding: journal.cursor, as: UTF8.self)
    default: break
    }
  }

  var report: LoginSourceReport {
    var report = LoginSourceReport(
      source: "\(source.place)", services: source.services + (source.own.map { [$0.name] } ?? []), failed: failed,
      succeeded: succeeded, lastTime: lastTime, problem: problem)
    switch input {
    case .file(let file): (report.lines, report.tooLong) = (file.lineCount, file.tooLongCount)
    case .journal(let journal): report.lines = journal.entryCount
    }
    return report
  }
}
