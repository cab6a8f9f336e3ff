internal import Logging
internal import SentryDiagnostics
internal import SentryEngine
public import SentryJournal
internal import SentryPacket
internal import Synchronization

/// The latest log entries, and those who want to hear of new ones.
///
/// Takes events from the packet thread's queue, leaves out what goes beyond the limit of a rule, gives the others their texts, keeps
/// the latest thousand, and passes them on to followers and to the memory on disk: all get the same. Places outside get as many of them
/// as their own limit lets through. A follower that does not keep up misses entries, never the others.
///
/// It can be switched off: then what rules log is written nowhere. What the daemon says of itself is written all the same, that
/// it was switched off among it.
public final class Journal: Sendable {
  private static let entriesKept = 1_000
  /// Entries a follower may be behind.
  private static let followerBacklog = 4_096

  private struct Contents {
    var recent: [LogEntry] = []
    /// Entries ever: the number of the latest.
    var count: Int64 = 0
    var followers: [UInt64: AsyncStream<LogEntry>.Continuation] = [:]
    var nextFollower: UInt64 = 0
    var lost: UInt64 = 0
    var isFinished = false
    var isOn = true
    /// Entries that were not written because it was off, ever.
    var unwritten: UInt64 = 0
  }
  private let contents = Mutex(Contents())
  /// Held while entries are handed out: everybody gets them in the same order.
  private let order = Mutex(())
  private let limiter: Mutex<LogLimiter>
  /// Of what goes to `outputs`.
  private let outputLimiter: Mutex<LogLimiter>
  let options: JournalOptions
  /// Where entries go besides.
  private let outputs: [LogOutput]
  private let events: EventQueue
  /// What is to be written; `nil` where nothing is kept.
  private let pending: PendingLog?
  /// Where notifications are carried out; `nil` where none is.
  private let notices: NoticeIntake?
  private let labels: RuleLabels
  private let interfaces: [String]
  private let isDryRun: Bool
  private let log: Logger

  /// - Parameter isDryRun: entries are marked whose verdicts are not carried out.
  init(
    events: EventQueue, labels: RuleLabels, interfaces: [String], isDryRun: Bool = false, pending: PendingLog? = nil,
    notices: NoticeIntake? = nil, options: JournalOptions = JournalOptions(), log: Logger
  ) {
    self.options = options
    limiter = Mutex(LogLimiter(options.limit))
    outputLimiter = Mutex(LogLimiter(options.destinationLimit))
    outputs = options.destinations.map { LogOutput($0) }
    self.events = events
    self.pending = pending
    self.notices = notices
    self.labels = labels
    self.interfaces = interfaces
    self.isDryRun = isDryRun
    self.log = log
  }

  /// Carries events from the packet thread's queue into the journal until the thread has stopped.
  func run() async {
    startOutputs()
    await withTaskGroup { group in
      group.addTask { await self.reportSuppressed() }
      var taken = events.makeRoom()
      for await _ in events.announcements { collect(&taken) }
      collect(&taken)
      group.cancelAll()
    }
    reportSuppressed(isLast: true)
    finish()
  }

  private func collect(_ taken: inout EventQueue.Contents) {
    events.takeAll(into: &taken)
    for notice in taken.notices { report(notice) }
    notices?.take(taken.events)
    handOut(admitted(taken.events.filter(\.isLogged)))
    if taken.lost > 0 { contents.withLock { $0.lost &+= taken.lost } }
  }

  /// Those of the events whose entries are written.
  private func admitted(_ logged: [EngineEvent]) -> [EngineEvent] {
    guard !logged.isEmpty else { return [] }
    let isOn = contents.withLock { contents in
      if !contents.isOn { contents.unwritten &+= UInt64(logged.count) }
      return contents.isOn
    }
    return isOn ? limiter.withLock { $0.admitted(logged) } : []
  }

  /// Says again and again of which rules entries were left out, until the task is cancelled.
  private func reportSuppressed() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      reportSuppressed(isLast: false)
    }
  }

  private func reportSuppressed(isLast: Bool) {
    let now = WallClock.now()
    for report in limiter.withLock({ $0.takeReports(now: now, isLast: isLast) }) {
      append(message: text(report, "suppressed"), time: now)
    }
    for report in outputLimiter.withLock({ $0.takeReports(now: now, isLast: isLast) }) {
      append(message: text(report, "kept in the daemon's log only"), time: now)
    }
  }

  /// `2.1.5.1 telnet probe: 12,345 entries suppressed in 10 s`
  private func text(_ report: LogLimiter.Suppression, _ fate: String) -> String {
    let rule = report.reason.map { "rule 0, \($0.name)" } ?? labels.label(report.label).text
    return "\(rule): \(counted(report.entries, "entry", plural: "entries")) \(fate) in \(report.seconds) s"
  }

  private func report(_ notice: EventQueue.Notice) {
    switch notice {
    case .interfaceLost(let name, let reason, let time):
      log.error("\(name) is not watched any more: \(reason)")
      append(message: "\(name) is not watched any more: \(reason)", time: time)
    case .interfaceReturned(let name, let time):
      log.info("\(name) is watched again")
      append(message: "\(name) is watched again", time: time)
    case .remark(let text, let time):
      log.notice("\(text)")
      append(message: text, time: time)
    case .warning(let text, let time):
      log.warning("\(text)")
      append(message: text, time: time)
    case .queueFailed(let reason, let time):
      log.error("the kernel queue gives no packets: \(reason)")
      append(message: "the kernel queue gives no packets: \(reason)", time: time)
    case .queueRecovered(let time):
      log.info("the kernel queue gives packets again")
      append(message: "the kernel queue gives packets again", time: time)
    }
  }

  // MARK: Writing

  private func handOut(_ logged: [EngineEvent]) {
    order.withLock { _ in
      pending?.append(logged)
      handOutOutside(logged)
      // Of a burst that nobody follows, only what stays gets its texts.
      let shown = hasFollowers ? logged[...] : logged.suffix(Self.entriesKept)
      append(shown.map { LogEntry($0, labels: labels, interfaces: interfaces, isDryRun: isDryRun) })
    }
  }

  private func handOutOutside(_ logged: [EngineEvent]) {
    guard !outputs.isEmpty, !logged.isEmpty else { return }
    let logged = outputLimiter.withLock { $0.admitted(logged) }
    for output in outputs { output.append(logged) }
  }

  /// Adds a message of the daemon's own.
  ///
  /// - Parameter rule: the label of the rule that it is about; `nil` where it is about none.
  func append(message: String, time: Timestamp, rule: UInt32? = nil) {
    let stored = StoredMessage(time: time, text: message, rule: rule)
    order.withLock { _ in
      pending?.append(stored)
      for output in outputs { output.append(stored) }
      append([LogEntry(stored, labels: labels)])
    }
  }

  private func append(_ entries: [LogEntry]) {
    guard !entries.isEmpty else { return }
    let followers = contents.withLock { contents in
      contents.recent.append(contentsOf: entries)
      contents.count += Int64(entries.count)
      if contents.recent.count > Self.entriesKept {
        contents.recent.removeFirst(contents.recent.count - Self.entriesKept)
      }
      return Array(contents.followers.values)
    }
    for follower in followers {
      for entry in entries { follower.yield(entry) }
    }
  }

  // MARK: Places

  private func startOutputs() {
    let words = EventWords(labels: labels, interfaces: interfaces, isDryRun: isDryRun)
    for output in outputs {
      let destination = output.destination
      output.start(words: words, { [options] in destination.sink(options.host, rotation: options.rotation) }) {
        [weak self] text, isTrouble in
        self?.log.log(level: isTrouble ? .warning : .notice, "\(text)")
        self?.append(message: text, time: WallClock.now())
      }
    }
  }

  /// Has files, and whatever else there is, opened anew.
  func reopenOutputs() { for output in outputs { output.reopen() } }

  /// Waits until everything is written everywhere; not for long where that is not possible.
  func finishOutputs() async {
    await withTaskGroup { group in
      for output in outputs { group.addTask { await output.finish() } }
    }
  }

  var outputStatus: [LogOutputStatus] { outputs.map(\.status) }

  // MARK: On and off

  /// Switches the log on or off.
  ///
  /// - Returns: whether it was on before.
  func setOn(_ isOn: Bool) -> Bool {
    contents.withLock { contents in
      defer { contents.isOn = isOn }
      return contents.isOn
    }
  }

  var isOn: Bool { contents.withLock { $0.isOn } }

  /// Entries that were not written because the log was off.
  var unwrittenEntries: UInt64 { contents.withLock { $0.unwritten } }

  /// Entries that were not written because their rules had written so many.
  var suppressedEntries: UInt64 { limiter.withLock { $0.suppressed } }

  // MARK: Reading

  /// Events that did not fit between the packet thread and the journal.
  var lostEvents: UInt64 { contents.withLock { $0.lost } }

  /// The latest entries, oldest first.
  public func recent() -> [LogEntry] { contents.withLock { $0.recent } }

  /// The same, each with its number: they are counted from 1 on.
  func numberedRecent() -> [(number: Int64, entry: LogEntry)] {
    contents.withLock { contents in
      zip((contents.count - Int64(contents.recent.count) + 1)..., contents.recent).map { ($0, $1) }
    }
  }

  /// Each new entry; ends when the journal does. The follower counts until the stream is let go.
  public func follow() -> AsyncStream<LogEntry> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: LogEntry.self, bufferingPolicy: .bufferingNewest(Self.followerBacklog))
    contents.withLock { contents in
      guard !contents.isFinished else { return continuation.finish() }
      let number = contents.nextFollower
      contents.nextFollower += 1
      contents.followers[number] = continuation
      continuation.onTermination = { [weak self] _ in
        self?.contents.withLock { _ = $0.followers.removeValue(forKey: number) }
      }
    }
    return stream
  }

  private var hasFollowers: Bool { contents.withLock { !$0.followers.isEmpty } }

  private func finish() {
    let followers = contents.withLock { contents in
      contents.isFinished = true
      defer { contents.followers = [:] }
      return Array(contents.followers.values)
    }
    for follower in followers { follower.finish() }
  }
}
