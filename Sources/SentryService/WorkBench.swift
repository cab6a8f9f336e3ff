internal import Synchronization

/// For work that takes a while and a processor of its own, whoever asks for it: one piece at a time, off all actors. Some may wait;
/// beyond that nobody does.
final class WorkBench: Sendable {
  /// So many wait already.
  struct Crowded: Error {}

  private static let mostWaiting = 16

  private let turns = Turns()
  /// Those who wait, and who works.
  private let count = Mutex(0)

  /// - Throws: `Crowded`, or what the work throws.
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let isRoom = count.withLock { count in
      guard count <= Self.mostWaiting else { return false }
      count += 1
      return true
    }
    guard isRoom else { throw Crowded() }
    defer { count.withLock { $0 -= 1 } }
    await turns.take()
    defer { turns.give() }
    return try await Task.detached(operation: work).value
  }
}
