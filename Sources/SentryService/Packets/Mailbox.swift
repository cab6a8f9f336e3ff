internal import SentryCapture
internal import Synchronization

/// Requests on their way to the packet thread, in the order they were posted.
///
/// The packet thread looks in only after its wake descriptor says that something is there, so an empty mailbox costs it
/// nothing.
final class Mailbox: Sendable {
  typealias Request = @Sendable (inout PacketWorker) -> Void

  private struct Contents {
    var requests: [Request] = []
    var isOpen = true
  }
  private let contents = Mutex(Contents())
  /// Readable while requests wait.
  let wake: WakeDescriptor

  init() throws(CaptureError) { wake = try WakeDescriptor() }

  /// - Returns: false if the mailbox is closed; then `request` will never run.
  func post(_ request: @escaping Request) -> Bool {
    let isTaken = contents.withLock { contents in
      if contents.isOpen { contents.requests.append(request) }
      return contents.isOpen
    }
    if isTaken { wake.signal() }
    return isTaken
  }

  /// Empties the mailbox.
  func takeAll() -> [Request] {
    wake.clear()
    return contents.withLock { contents in
      defer { contents.requests = [] }
      return contents.requests
    }
  }

  /// Takes no more requests; returns those that still wait, which the caller must run.
  func close() -> [Request] {
    contents.withLock { contents in
      contents.isOpen = false
      defer { contents.requests = [] }
      return contents.requests
    }
  }
}
