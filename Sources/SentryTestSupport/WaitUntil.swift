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

/// What a test waited for has not happened.
public struct WaitedInVain: Error, CustomStringConvertible {
  /// Completes "waited until".
  public var event: String
  public var limit: Duration

  public var description: String { "waited \(limit) in vain until \(event)" }
}
