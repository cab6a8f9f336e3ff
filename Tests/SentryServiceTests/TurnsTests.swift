import Synchronization
import Testing

@testable import SentryService

@Suite struct TurnsTests {
  private final class Room: Sendable {
    let people = Mutex(0)
  }

  @Test func `nobody else has a turn before it is given on, and everybody gets one`() async {
    let (turns, room) = (Turns(), Room())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          await turns.take()
          #expect(room.people.withLock { $0 } == 0)
          room.people.withLock { $0 += 1 }
          for _ in 0..<10 { await Task.yield() }
          room.people.withLock { $0 -= 1 }
          turns.give()
        }
      }
    }
    // It is free again.
    await turns.take()
    turns.give()
  }
}
