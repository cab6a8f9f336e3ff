internal import Synchronization

/// What the packet thread has to tell of programs, on its way to `ApplicationDesk`: bounded, and rarely used.
final class ApplicationQueue: Sendable {
  private static let capacity = 4_096

  private let notices = Mutex<[ApplicationNotice]>([])
  private let announcement: AsyncStream<Void>.Continuation
  /// Yields after something was put in; several times in one if nobody looks. Ends when `finish` is called.
  let announcements: AsyncStream<Void>

  init() {
    (announcements, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What does not fit is let go: who waits for it is not kept waiting long.
  func append(_ more: [ApplicationNotice]) {
    notices.withLock { $0 += more.prefix(max(0, Self.capacity - $0.count)) }
    announcement.yield()
  }

  func takeAll() -> [ApplicationNotice] {
    notices.withLock { notices in
      defer { notices = [] }
      return notices
    }
  }

  func finish() { announcement.finish() }
}
