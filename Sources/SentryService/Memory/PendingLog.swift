internal import SentryEngine
internal import SentryJournal
internal import Synchronization

/// What the log waits to have written: bounded, as the disk may be slow, full or gone.
final class PendingLog: Sendable {
  private struct Contents {
    var events: [EngineEvent] = []
    var messages: [StoredMessage] = []
    /// Entries that did not fit, ever.
    var lost: UInt64 = 0
  }

  /// A burst of 100,000 events is none that is lost.
  static let usualCapacity = 131_072
  private static let messageCapacity = 4_096

  private let capacity: Int
  private let contents = Mutex(Contents())

  init(capacity: Int = PendingLog.usualCapacity) { self.capacity = capacity }

  /// Takes as many as there is room for.
  func append(_ events: [EngineEvent]) {
    guard !events.isEmpty else { return }
    contents.withLock { contents in
      let room = max(0, capacity - contents.events.count)
      contents.events.append(contentsOf: events.prefix(room))
      if events.count > room { contents.lost &+= UInt64(events.count - room) }
    }
  }

  func append(_ message: StoredMessage) {
    contents.withLock { contents in
      guard contents.messages.count < Self.messageCapacity else { return contents.lost &+= 1 }
      contents.messages.append(message)
    }
  }

  /// The oldest events, at most `limit`, and all messages; they stay until `remove`.
  func oldest(_ limit: Int) -> (events: [EngineEvent], messages: [StoredMessage]) {
    contents.withLock { (Array($0.events.prefix(limit)), $0.messages) }
  }

  /// They are written.
  func remove(events: Int, messages: Int) {
    contents.withLock { contents in
      contents.messages.removeFirst(min(messages, contents.messages.count))
      if events >= contents.events.count {
        // A burst leaves no memory behind.
        contents.events.removeAll(keepingCapacity: contents.events.count <= Self.eventsKeptRoomFor)
      } else {
        contents.events.removeFirst(events)
      }
    }
  }

  private static let eventsKeptRoomFor = 16_384

  var hasEntries: Bool { contents.withLock { !$0.events.isEmpty || !$0.messages.isEmpty } }

  /// Entries that did not fit since the start.
  var lost: UInt64 { contents.withLock { $0.lost } }
}
