internal import NIOCore
internal import SentryJournal
internal import Synchronization

/// The control socket while we listen at it.
final class BoundSocket: Sendable {
  private enum State {
    /// Not yet, or just now.
    case none
    case listening(FileIdentity?, any Channel)
    /// It could not be had again.
    case lost
  }

  private let file: SocketFile
  private let state = Mutex(State.none)
  private let wasToldOfFailure = Mutex(false)

  init(file: SocketFile) { self.file = file }

  /// Takes a socket that listens, and lets those in who may come.
  func hold(_ channel: any Channel) {
    let identity = file.protect()
    state.withLock { $0 = .listening(identity, channel) }
  }

  /// Whether nobody finds us: its file is gone.
  var isLost: Bool {
    switch state.withLock({ $0 }) {
    case .none: false
    case .listening(_, let channel): file.isGone || !channel.isActive
    case .lost: true
    }
  }

  /// Listens no more where nobody finds us; who has come already is served.
  ///
  /// - Returns: whether we did until now.
  func letGo() -> Bool {
    let before = state.withLock { state in
      defer { state = .none }
      return state
    }
    guard case .listening(_, let channel) = before else { return false }
    channel.close(promise: nil)
    wasToldOfFailure.withLock { $0 = false }
    return true
  }

  /// - Returns: whether this is the first time since we listened.
  func fail() -> Bool {
    state.withLock { $0 = .lost }
    return wasToldOfFailure.withLock { wasTold in
      defer { wasTold = true }
      return !wasTold
    }
  }

  /// Removes the socket's file, if it is still ours.
  func remove() {
    guard case .listening(let identity?, _) = state.withLock({ $0 }) else { return }
    file.remove(identity)
  }
}
