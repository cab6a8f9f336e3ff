internal import SentryPacket
internal import SentryService
internal import Synchronization

/// Bounds how often somebody may try to log in with a token that is none.
final class LoginLimit: Sendable {
  static let failuresAMinute = 20

  private struct State: Sendable {
    var minute: Int64 = 0
    var failures = 0
  }

  private let state = Mutex(State())

  /// Notes a failure.
  ///
  /// - Returns: false if there were too many in this minute.
  func takeFailure(now: Timestamp = UptimeClock.now()) -> Bool {
    state.withLock { state in
      let minute = now.seconds / 60
      if state.minute != minute { state = State(minute: minute) }
      state.failures += 1
      return state.failures <= Self.failuresAMinute
    }
  }
}
