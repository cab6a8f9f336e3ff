internal import Glibc

/// Asks `condition` again and again until it holds; `event` says in words what that is.
///
/// - Throws: `WaitedInVain` when it has not held for `limit`.
public func waitUntil(
  _ event: String, within limit: Duration = .seconds(180), _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try await !condition() {
    guard clock.now < deadline else { throw WaitedInVain(event: event, limit: limit) }
    try await Task.sleep(for: .milliseconds(50))
  }
}

/// The same, but holds its thread: for what ends with the thread that started it, which a test that gives its thread up may
/// outlive.
///
/// - Throws: `WaitedInVain` when it has not held for `limit`.
public func waitOnThread(
  _ event: String, within limit: Duration = .seconds(180), _ condition: () throws -> Bool
) throws {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try !condition() {
    guard clock.now < deadline else { throw WaitedInVain(event: event, limit: limit) }
    usleep(10_000)
  }
}

/// What a test waited for has not happened.
public struct WaitedInVain: Error, CustomStringConvertible {
  /// Completes "waited until".
  public var event: String
  public var limit: Duration

  public var description: String { "waited \(limit) in vain until \(event)" }
}
