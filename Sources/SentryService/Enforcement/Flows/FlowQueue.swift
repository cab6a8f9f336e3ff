internal import SentryCapture
internal import SentryNetfilter
internal import SentryState
internal import Synchronization

/// What happens to flows that may stay in the kernel, as the packet thread notes it: bounded, and filled without allocating.
struct FlowChanges: Sendable {
  private var changes: [FlowChange] = []
  private let capacity: Int
  /// Something did not fit: no flow may stay. (One that could have, asks again.)
  private var isIncomplete = false

  init(capacity: Int = 2_048) {
    self.capacity = capacity
    changes.reserveCapacity(capacity)
  }

  var isEmpty: Bool { changes.isEmpty && !isIncomplete }

  mutating func append(_ change: FlowChange) {
    if changes.count < capacity { return changes.append(change) }
    if case .stays = change { return }
    isIncomplete = true
  }

  /// What became of a table; addresses that leave one change nothing for flows that stay.
  mutating func append(_ news: [AddressChange], isIncomplete: Bool, haveRangesChanged: Bool) {
    if isIncomplete || haveRangesChanged { append(.everything) }
    for change in news where change.kind == .entered { append(.entered(change.net)) }
  }

  mutating func append(_ more: FlowChanges) {
    for change in more.changes { append(change) }
    if more.isIncomplete { isIncomplete = true }
  }

  mutating func removeAll() {
    changes.removeAll(keepingCapacity: true)
    isIncomplete = false
  }

  /// The changes, with what makes up for those that are missing.
  var all: [FlowChange] { isIncomplete ? changes + [.everything] : changes }
}

/// What the packet thread has noted and not handed over yet. An object, so that it can be filled while the engine is in use.
final class FlowNotes {
  private var noted = FlowChanges()
  private var evictions: UInt64 = 0

  var isEmpty: Bool { noted.isEmpty }

  func append(_ change: FlowChange) { noted.append(change) }

  func append(_ news: [AddressChange], isIncomplete: Bool, haveRangesChanged: Bool) {
    noted.append(news, isIncomplete: isIncomplete, haveRangesChanged: haveRangesChanged)
  }

  /// - Parameter evictions: connections that have made way since the start; nobody tells which.
  func note(evictions: UInt64) {
    if evictions != self.evictions { noted.append(.everything) }
    self.evictions = evictions
  }

  func removeAll() { noted.removeAll() }

  func handOver(to queue: FlowQueue) {
    if !noted.isEmpty { queue.takeIfFree(&noted) }
  }
}

/// The same on its way to the kernel: never a reason for the packet thread to wait (as `ChangeQueue`).
final class FlowQueue: Sendable {
  private let contents = Mutex(FlowChanges())
  /// Readable while something may be there.
  let wake: WakeDescriptor

  init() throws(CaptureError) { wake = try WakeDescriptor() }

  /// Takes over what the packet thread has noted, unless the other side looks in right now.
  func takeIfFree(_ changes: inout FlowChanges) {
    let isTaken: Void? = contents.withLockIfAvailable { $0.append(changes) }
    guard isTaken != nil else { return }
    changes.removeAll()
    wake.signal()
  }

  /// Empties the queue into `taken`, whose own room the queue goes on with.
  func takeAll(into taken: inout FlowChanges) {
    wake.clear()
    taken.removeAll()
    contents.withLock { swap(&$0, &taken) }
  }
}
