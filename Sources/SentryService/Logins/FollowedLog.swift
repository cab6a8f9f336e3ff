internal import SentryControl
internal import SentryLogins
internal import SentryRules

/// A log that is followed, and what it has said; not for use by several tasks at a time.
final class FollowedLog {
  private enum Input {
    case file(FollowedFile)
    case journal(JournalProcess)
  }

  let source: LoginSource
  private let reader: LoginReader
  private let input: Input
  private var failed: UInt64 = 0
  private var succeeded: UInt64 = 0
  private var lastTime: Double?
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

  /// Takes what has come since the last call.
  ///
  /// - Returns: how many bytes were read.
  func poll(into events: inout [LoginEvent], now: Double) -> Int {
    let before = events.count
    let count =
      switch input {
      case .file(let file):
        file.poll { line in
          if let event = reader.event(line: line) { events.append(event) }
        }
      case .journal(let journal):
        journal.poll { entry in
          if let event = reader.event(message: entry.message.span, of: entry.program) { events.append(event) }
        }
      }
    for event in events[before...] {
      if event.outcome == .succeeded { succeeded &+= 1 } else { failed &+= UInt64(event.attempts) }
    }
    if events.count > before { lastTime = now }
    return count
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
