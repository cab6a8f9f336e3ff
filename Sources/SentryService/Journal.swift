internal import Logging
internal import SentryEngine
public import SentryJournal
internal import SentryPacket
internal import Synchronization

/// The latest log entries, and those who want to hear of new ones.
///
/// Takes events from the packet thread's queue, gives them their texts, keeps the latest thousand, and passes them on to
/// followers and, as they are, to those who write them. A follower that does not keep up misses entries, never the others.
public final class Journal: Sendable {
  private static let entriesKept = 1_000
  /// Entries a follower may be behind.
  private static let followerBacklog = 4_096

  private struct Contents {
    var recent: [LogEntry] = []
    var followers: [UInt64: AsyncStream<LogEntry>.Continuation] = [:]
    var nextFollower: UInt64 = 0
    var lost: UInt64 = 0
    var isFinished = false
  }
  private let contents = Mutex(Contents())
  private let events: EventQueue
  /// What is to be written; `nil` where nothing is kept.
  private let pending: PendingLog?
  private let labels: RuleLabels
  private let interfaces: [String]
  private let isDryRun: Bool
  private let log: Logger

  /// - Parameter isDryRun: entries are marked whose verdicts are not carried out.
  init(
    events: EventQueue, labels: RuleLabels, interfaces: [String], isDryRun: Bool = false, pending: PendingLog? = nil,
    log: Logger
  ) {
    self.events = events
    self.pending = pending
    self.labels = labels
    self.interfaces = interfaces
    self.isDryRun = isDryRun
    self.log = log
  }

  /// Carries events from the packet thread's queue into the journal until the thread has stopped.
  func run() async {
    var taken = events.makeRoom()
    for await _ in events.announcements { collect(&taken) }
    collect(&taken)
    finish()
  }

  private func collect(_ taken: inout EventQueue.Contents) {
    events.takeAll(into: &taken)
    for notice in taken.notices { report(notice) }
    let logged = taken.events.filter(\.isLogged)
    pending?.append(logged)
    // Of a burst that nobody follows, only what stays gets its texts.
    let shown = hasFollowers ? logged[...] : logged.suffix(Self.entriesKept)
    append(shown.map { LogEntry($0, labels: labels, interfaces: interfaces, isDryRun: isDryRun) })
    if taken.lost > 0 { contents.withLock { $0.lost &+= taken.lost } }
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
    case .queueFailed(let reason, let time):
      log.error("the kernel queue gives no packets: \(reason)")
      append(message: "the kernel queue gives no packets: \(reason)", time: time)
    case .queueRecovered(let time):
      log.info("the kernel queue gives packets again")
      append(message: "the kernel queue gives packets again", time: time)
    }
  }

  // MARK: Writing

  /// Adds a message of the daemon's own.
  func append(message: String, time: Timestamp) {
    pending?.append(StoredMessage(time: time, text: message))
    append([LogEntry(time: time, message: message)])
  }

  private func append(_ entries: [LogEntry]) {
    guard !entries.isEmpty else { return }
    let followers = contents.withLock { contents in
      contents.recent.append(contentsOf: entries)
      if contents.recent.count > Self.entriesKept {
        contents.recent.removeFirst(contents.recent.count - Self.entriesKept)
      }
      return Array(contents.followers.values)
    }
    for follower in followers {
      for entry in entries { follower.yield(entry) }
    }
  }

  // MARK: Reading

  /// Events that did not fit between the packet thread and the journal.
  var lostEvents: UInt64 { contents.withLock { $0.lost } }

  /// The latest entries, oldest first.
  public func recent() -> [LogEntry] { contents.withLock { $0.recent } }

  /// The latest entries, then each new one; ends when the journal does. The follower counts until the stream is let go.
  public func follow() -> AsyncStream<LogEntry> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: LogEntry.self, bufferingPolicy: .bufferingNewest(Self.followerBacklog))
    contents.withLock { contents in
      for entry in contents.recent { continuation.yield(entry) }
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
