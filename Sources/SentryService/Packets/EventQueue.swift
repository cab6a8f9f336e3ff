internal import SentryEngine
internal import SentryPacket
internal import Synchronization

/// What the packet thread has to tell, on its way to the journal: bounded, and never a reason for the packet thread to wait.
///
/// The packet thread tries the lock once per batch. If the journal is just emptying the queue, the events stay in the engine's
/// own buffer until the next batch; what fits neither there nor here is counted.
final class EventQueue: Sendable {
  /// What happened to an interface or the queue, told beside the engine's events.
  enum Notice: Sendable, Equatable {
    case interfaceLost(name: String, reason: String, at: Timestamp)
    case interfaceReturned(name: String, at: Timestamp)
    /// Anything else people should know.
    case remark(String, at: Timestamp)
    /// What may do harm besides.
    case warning(String, at: Timestamp)
    case queueFailed(reason: String, at: Timestamp)
    case queueRecovered(at: Timestamp)
  }

  struct Contents: Sendable {
    var events: [EngineEvent] = []
    var notices: [Notice] = []
    /// Events that did not fit since the queue was last emptied.
    var lost: UInt64 = 0
    private let capacity: Int
    /// The most events there were at once: memory that was touched.
    private var mostEvents = 0

    fileprivate init(capacity: Int) {
      self.capacity = capacity
      events.reserveCapacity(capacity)
    }

    /// Forgets everything. Its room stays, but not that of a burst.
    fileprivate mutating func removeAll() {
      mostEvents = max(mostEvents, events.count)
      guard mostEvents <= Self.eventsKeptRoomFor else { return self = Contents(capacity: capacity) }
      events.removeAll(keepingCapacity: true)
      notices.removeAll()
      lost = 0
    }

    private static let eventsKeptRoomFor = 16_384

    /// Takes as many of `more` as there is room for.
    mutating func append(_ more: [EngineEvent]) {
      let room = capacity - events.count
      events.append(contentsOf: more.prefix(room))
      if more.count > room { lost += UInt64(more.count - room) }
    }
  }

  private let capacity: Int
  private let contents: Mutex<Contents>
  private let announcement: AsyncStream<Void>.Continuation
  /// Yields after something was put in; several times in one if nobody looks. Ends when `finish` is called.
  let announcements: AsyncStream<Void>

  /// - Parameter capacity: in events; a burst of 100,000 fits, even if nobody comes to take it meanwhile.
  init(capacity: Int = 131_072) {
    self.capacity = capacity
    contents = Mutex(Contents(capacity: capacity))
    (announcements, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Lets the packet thread put things in, unless the other side holds the queue right now.
  ///
  /// - Returns: false if it does; nothing was put in then.
  func fillIfFree(_ fill: (inout Contents) -> Void) -> Bool {
    let isFilled: Void? = contents.withLockIfAvailable { fill(&$0) }
    guard isFilled != nil else { return false }
    announcement.yield()
    return true
  }

  /// Room for `takeAll`, to be used again and again.
  func makeRoom() -> Contents { Contents(capacity: capacity) }

  /// Empties the queue into `taken`, whose own room the queue goes on with.
  func takeAll(into taken: inout Contents) {
    taken.removeAll()
    contents.withLock { swap(&$0, &taken) }
  }

  func finish() { announcement.finish() }
}
