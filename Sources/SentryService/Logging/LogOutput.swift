internal import Foundation
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import Synchronization

/// One place where the log goes: what waits for it, and the thread that writes.
///
/// Each place has a thread of its own, so that none waits for another and nobody for any. Where one cannot be written, entries wait
/// until it can; it is tried again every second, and what does not fit meanwhile is counted. That is said once, and once more when
/// everything is written again.
final class LogOutput: Sendable {
  private struct State {
    var written: UInt64 = 0
    /// Entries that the place can never take.
    var refused: UInt64 = 0
    var problem: String?
    /// Entries that had been lost when the problem arose.
    var lostBefore: UInt64 = 0
    var hasEnded = false
  }

  /// Entries that get their texts at once.
  private static let entriesPerWrite = 1_024
  private static let retryInterval = Duration.seconds(1)

  let destination: LogDestination
  private let queue: OutputQueue
  private let state = Mutex(State())

  init(_ destination: LogDestination, queue: OutputQueue = OutputQueue()) {
    self.destination = destination
    self.queue = queue
  }

  // MARK: For others

  func append(_ events: [EngineEvent]) { queue.append(events) }

  func append(_ message: StoredMessage) { queue.append(message) }

  /// Has the place opened anew, as after its file was moved away.
  func reopen() { queue.reopen() }

  /// Begins to write.
  ///
  /// - Parameters:
  ///   - sink: made on the thread that writes.
  ///   - report: says that something is in the way, or that nothing is any more.
  func start(
    words: EventWords, _ makeSink: @escaping @Sendable () -> any LogSink,
    report: @escaping @Sendable (_ text: String, _ isTrouble: Bool) -> Void
  ) {
    Thread.detachNewThread { [self] in
      Thread.current.name = "log"
      // What judges packets goes first. (0 is the calling thread: setpriority(2), "C library/kernel differences".)
      setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
      write(to: makeSink(), words, report)
      state.withLock { $0.hasEnded = true }
    }
  }

  /// Waits until everything is written, or cannot be; not for long, whatever the place is like.
  func finish(within patience: Duration = .seconds(3)) async {
    queue.finish()
    let deadline = ContinuousClock.now + patience
    while !state.withLock({ $0.hasEnded }), ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  var status: LogOutputStatus {
    let state = state.withLock(\.self)
    return LogOutputStatus(
      destination: destination, written: state.written, lost: queue.lost &+ state.refused, problem: state.problem)
  }

  // MARK: On the thread

  private func write(to sink: any LogSink, _ words: EventWords, _ report: (String, Bool) -> Void) {
    while true {
      switch queue.next(Self.entriesPerWrite) {
      case .reopen: sink.reopen()
      case .end: return
      case .write(let batch):
        let entries = batch.entries(words)
        let outcome = sink.write(entries, now: WallClock.seconds())
        queue.remove(outcome.written)
        note(outcome, report)
        guard outcome.written < entries.count else { continue }
        if queue.isFinished { return }
        pause()
      }
    }
  }

  /// Waits a while for what is in the way to go, but not if there is something else to do than to write.
  private func pause() {
    let deadline = ContinuousClock.now + Self.retryInterval
    while ContinuousClock.now < deadline, !queue.isFinished { queue.waitForNews(deadline - ContinuousClock.now) }
  }

  private func note(_ outcome: SinkOutcome, _ report: (String, Bool) -> Void) {
    let unplaced = queue.lost
    // Nothing is well again before everything that waited is written.
    let isBehind = queue.hasEntries
    let text: (String, Bool)? = state.withLock { state in
      let lost = unplaced &+ state.refused
      state.written &+= UInt64(outcome.written - outcome.lost)
      state.refused &+= UInt64(outcome.lost)
      if let problem = outcome.problem {
        defer { state.problem = problem }
        guard state.problem == nil else { return nil }
        state.lostBefore = lost
        return ("log to \(destination): \(problem)", true)
      }
      guard state.problem != nil, !isBehind else { return nil }
      state.problem = nil
      let missing = lost &- state.lostBefore
      return ("log to \(destination) is written again; \(Self.loss(missing))", false)
    }
    if let (text, isTrouble) = text { report(text, isTrouble) }
  }

  private static func loss(_ entries: UInt64) -> String {
    entries == 0 ? "nothing is missing" : "\(counted(entries, "entry", plural: "entries")) missing"
  }
}

/// How a place is doing.
struct LogOutputStatus: Sendable {
  var destination: LogDestination
  /// Entries since the start; also those that its form leaves out.
  var written: UInt64
  /// Entries that did not fit while it could not be written, or that it cannot take.
  var lost: UInt64
  /// What is in the way; `nil` if nothing is.
  var problem: String?
}

extension OutputQueue.Batch {
  fileprivate func entries(_ words: EventWords) -> [LogEntry] {
    switch self {
    case .message(let message): [LogEntry(message, labels: words.labels)]
    case .events(let events):
      events.map { LogEntry($0, labels: words.labels, interfaces: words.interfaces, isDryRun: words.isDryRun) }
    }
  }
}
