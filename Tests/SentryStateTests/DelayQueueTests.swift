import SentryPacket
import Testing

@testable import SentryState

private let hold: Int64 = 750_000_000

@Suite struct DelayQueueTests {
  @Test func aPacketLeavesWhenItsTimeIsOver() {
    var queue = DelayQueue(capacity: 4, nanoseconds: hold)
    #expect(queue.hold(at(0)) == true)
    #expect(queue.release(upTo: at(0, hold - 1)) == 0)
    #expect(queue.count == 1)
    #expect(queue.release(upTo: at(0, hold)) == 1)
    #expect(queue.count == 0)
  }

  @Test func packetsLeaveInTheOrderTheyCame() {
    var queue = DelayQueue(capacity: 8, nanoseconds: hold)
    for arrival in [0, 100, 100, 200] as [Int64] { #expect(queue.hold(at(0, arrival)) == true) }
    #expect(queue.release(upTo: at(0, hold + 99)) == 1)
    #expect(queue.release(upTo: at(0, hold + 100)) == 2)
    #expect(queue.release(upTo: at(0, hold + 199)) == 0)
    #expect(queue.release(upTo: at(9)) == 1)
  }

  @Test func aFullQueueTakesNoMoreUntilOneHasLeft() {
    var queue = DelayQueue(capacity: 2, nanoseconds: hold)
    #expect([0, 1, 2].map { queue.hold(at(0, $0)) } == [true, true, false])
    queue.release(upTo: at(0, hold))
    #expect([0, 1].map { queue.hold(at(0, hold + $0)) } == [true, false])
    #expect(queue.count == 2)
  }

  @Test func theRingGoesRound() {
    var queue = DelayQueue(capacity: 3, nanoseconds: 10)
    for step in 0..<100 as Range<Int64> {
      // With one arrival every four nanoseconds, those of the last eight are still there.
      queue.release(upTo: at(0, step * 4))
      #expect(queue.count == min(Int(step), 2))
      #expect(queue.hold(at(0, step * 4)) == true)
    }
  }

  @Test func nothingFitsWithoutCapacity() {
    for capacity in [Int.min, -1, 0] {
      var queue = DelayQueue(capacity: capacity, nanoseconds: hold)
      #expect(queue.hold(at(0)) == false)
      #expect(queue.release(upTo: at(10)) == 0)
      #expect(queue.releaseAll() == 0)
    }
    #expect(DelayQueue(capacity: .max, nanoseconds: hold).capacity == 65_536)
  }

  @Test func withoutATimeAPacketLeavesAtOnce() {
    for nanoseconds in [Int64.min, -1, 0] {
      var queue = DelayQueue(capacity: 1, nanoseconds: nanoseconds)
      #expect(queue.hold(at(0)) == true)
      #expect(queue.release(upTo: at(0)) == 1)
    }
  }

  @Test func releaseAllEmptiesIt() {
    var queue = DelayQueue(capacity: 3, nanoseconds: hold)
    for arrival in 0..<3 as Range<Int64> { #expect(queue.hold(at(arrival, 0)) == true) }
    #expect(queue.releaseAll() == 3)
    #expect(queue.count == 0)
    #expect(queue.hold(at(3)) == true)
    #expect(queue.release(upTo: at(3, hold)) == 1)
  }

  @Test func newLimitsKeepWhatIsHeld() {
    var queue = DelayQueue(capacity: 3, nanoseconds: hold)
    // The ring has gone round: its oldest packet is not in its first place.
    #expect(queue.hold(at(-1)) == true)
    #expect(queue.release(upTo: at(0)) == 1)
    for arrival in [1, 2, 3] as [Int64] { #expect(queue.hold(at(0, arrival)) == true) }
    queue.set(capacity: 2, nanoseconds: 10)
    #expect(queue.count == 3)
    #expect(queue.hold(at(0, 4)) == false)
    #expect(queue.release(upTo: at(0, 11)) == 1)
    #expect(queue.hold(at(0, 11)) == false)
    #expect(queue.release(upTo: at(0, 12)) == 1)
    #expect(queue.hold(at(0, 12)) == true)
    #expect(queue.release(upTo: at(0, 13)) == 1)
    queue.set(capacity: 5, nanoseconds: 10)
    #expect((0..<5).map { _ in queue.hold(at(0, 13)) } == [true, true, true, true, false])
    #expect(queue.release(upTo: at(0, 22)) == 1)
  }
}
