internal import DequeModule
internal import Dispatch
internal import SentryEngine
internal import SentryJournal
internal import Synchronization

/// What waits to be written to one place: bounded, as that may be slow, full or gone.
final class OutputQueue: Sendable {
  /// Entries that came together. What came for several places is in memory once.
  enum Batch: Sendable {
    case events([EngineEvent])
    case message(StoredMessage)

    fileprivate var count: Int {
      switch self {
      case .events(let events): events.count
      case .message: 1
      }
    }
  }

  /// What the writer does next.
  enum Task: Sendable {
    /// The oldest entries; they stay until `remove`.
    case write(Batch)
    case reopen
    /// There is nothing more to write, and nothing will come.
    case end
  }

  fileprivate struct Contents {
    var batches: Deque<Batch> = []
    /// Entries of the first batch that are written.
    var writtenOfFirst = 0
    var waiting = 0
    var lost: UInt64 = 0
    var isToReopen = false
    var isFinished = false
  }

  /// A burst of 100,000 events is none that is lost.
  static let usualCapacity = 131_072

  private let capacity: Int
  private let contents = Mutex(Contents())
  /// Signalled when there is something to do.
  private let news = DispatchSemaphore(value: 0)

  init(capacity: Int = OutputQueue.usualCapacity) { self.capacity = capacity }

  // MARK: Putting in

  /// Takes as many as there is room for.
  func append(_ events: [EngineEvent]) {
    guard !events.isEmpty else { return }
    contents.withLock { contents in
      let room = max(0, capacity - contents.waiting)
      if events.count > room { contents.lost &+= UInt64(events.count - room) }
      guard room > 0 else { return }
      contents.batches.append(.events(events.count > room ? Array(events.prefix(room)) : events))
      contents.waiting += min(room, events.count)
    }
    news.signal()
  }

  func append(_ message: StoredMessage) {
    contents.withLock { contents in
      guard contents.waiting < capacity else { return contents.lost &+= 1 }
      contents.batches.append(.message(message))
      contents.waiting += 1
    }
    news.signal()
  }

  func reopen() {
    contents.withLock { $0.isToReopen = true }
    news.signal()
  }

  /// Nothing comes any more.
  func finish() {
    contents.withLock { $0.isFinished = true }
    news.signal()
  }

  // MARK: Taking out

  /// Waits for something to do.
  ///
  /// - Parameter limit: of entries to write at once.
  func next(_ limit: Int) -> Task {
    while true {
      if let task = contents.withLock({ $0.next(limit) }) { return task }
      news.wait()
    }
  }

  /// The oldest so many entries are dealt with.
  func remove(_ count: Int) { contents.withLock { $0.remove(count) } }

  /// Waits for news, but no longer than this.
  func waitForNews(_ patience: Duration) {
    _ = news.wait(timeout: .now() + .milliseconds(Int(patience / .milliseconds(1))))
  }

  var hasEntries: Bool { contents.withLock { $0.waiting > 0 } }

  var isFinished: Bool { contents.withLock { $0.isFinished } }

  /// Entries that did not fit since the start.
  var lost: UInt64 { contents.withLock { $0.lost } }
}

extension OutputQueue.Contents {
  fileprivate mutating func next(_ limit: Int) -> OutputQueue.Task? {
    if isToReopen {
      isToReopen = false
      return .reopen
    }
    guard let first = batches.first else { return isFinished ? .end : nil }
    switch first {
    case .message: return .write(first)
    case .events(let events): return .write(.events(Array(events[writtenOfFirst...].prefix(limit))))
    }
  }

  fileprivate mutating func remove(_ count: Int) {
    guard let first = batches.first, count > 0 else { return }
    writtenOfFirst += count
    waiting = max(0, waiting - count)
    guard writtenOfFirst >= first.count else { return }
    batches.removeFirst()
    writtenOfFirst = 0
    if batches.isEmpty { batches = [] }
  }
}
