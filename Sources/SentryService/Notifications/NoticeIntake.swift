internal import SentryEngine
internal import SentryRules
internal import Synchronization

/// Where notifications come in: what is too much is sorted out here, so that what waits is bounded. The journal, which hands the events
/// over, never waits.
final class NoticeIntake: Sendable {
  enum Item: Sendable {
    case event(EngineEvent)
    /// A minute is over; what was suppressed in it.
    case minute([StormControl.Suppression])
  }

  fileprivate struct Contents {
    var storm: StormControl
    var items: [Item] = []
    /// Since the start, by kind.
    var suppressed: [EngineEvent.Kind: UInt64] = [:]
  }
  private let contents: Mutex<Contents>
  private let announcement: AsyncStream<Void>.Continuation
  /// Yields after something came in; several times in one if nobody looks.
  let announcements: AsyncStream<Void>

  init(_ limits: StormControl.Limits) {
    contents = Mutex(Contents(storm: StormControl(limits)))
    (announcements, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// From the next notification on.
  func follow(_ limits: StormControl.Limits) { contents.withLock { $0.storm.limits = limits } }

  /// Takes the notifications among the events of a batch.
  func take(_ events: [EngineEvent], now: ContinuousClock.Instant = .now) {
    let notices = events.filter(\.isNotification)
    guard !notices.isEmpty else { return }
    contents.withLock { contents in
      contents.endMinute(now)
      for notice in notices {
        if contents.storm.admits(notice.kind, rule: notice.label, now: now) {
          contents.items.append(.event(notice))
        } else {
          contents.suppressed[notice.kind, default: 0] += 1
        }
      }
    }
    announcement.yield()
  }

  /// Everything that came in, and the minute's end if that is due.
  func takeAll(now: ContinuousClock.Instant = .now) -> [Item] {
    contents.withLock { contents in
      contents.endMinute(now)
      return contents.takeItems()
    }
  }

  /// Everything, as if the minute were over; nothing comes any more.
  func finish() -> [Item] {
    announcement.finish()
    return contents.withLock { contents in
      if let suppressed = contents.storm.end() { contents.items.append(.minute(suppressed)) }
      return contents.takeItems()
    }
  }

  func suppressed(_ kind: EngineEvent.Kind) -> UInt64 { contents.withLock { $0.suppressed[kind, default: 0] } }
}

extension NoticeIntake.Contents {
  fileprivate mutating func endMinute(_ now: ContinuousClock.Instant) {
    if let suppressed = storm.endMinute(now: now) { items.append(.minute(suppressed)) }
  }

  fileprivate mutating func takeItems() -> [NoticeIntake.Item] {
    defer { items = [] }
    return items
  }
}

extension EngineEvent {
  /// Somebody is to be told, or something to be done outside. What is only observed never is.
  var isNotification: Bool { Self.notifications.contains(kind) && !isObserved }

  static let notifications: [Kind] = [.alert, .email, .url, .script]
}

extension EngineEvent.Kind {
  /// The events of an operation that notifies; `nil` for all others.
  init?(notificationOf operation: Operation) {
    switch operation {
    case .alert: self = .alert
    case .email: self = .email
    case .url: self = .url
    case .script: self = .script
    default: return nil
    }
  }
}
