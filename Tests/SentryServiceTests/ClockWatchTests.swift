import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct ClockWatchTests {
  private let steady = ContinuousClock.now

  private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + seconds) }

  @Test func theEngineGoesBackOnceTheRingIsEmpty() {
    var watch = ClockWatch()
    func isSetBack(_ milliseconds: Int) -> Bool {
      watch.isSetBack(
        wall: at(0), engine: at(3_600), steady: { steady.advanced(by: .milliseconds(milliseconds)) })
    }
    #expect(isSetBack(0) == false)
    #expect(watch.isWaiting)
    #expect(isSetBack(299) == false)
    #expect(isSetBack(300) == true)
    #expect(!watch.isWaiting)
  }

  @Test func someSecondsAreWaitedFor() {
    var watch = ClockWatch()
    for milliseconds in [0, 1_000] {
      let isSetBack = watch.isSetBack(
        wall: at(0), engine: at(3), steady: { steady.advanced(by: .milliseconds(milliseconds)) })
      #expect(!isSetBack)
    }
    #expect(!watch.isWaiting)
  }

  @Test func aLeapIsWhatTheOtherClockDidNotPass() {
    var watch = ClockWatch()
    #expect(watch.leap(wall: at(0), steady: steady) == nil)
    #expect(watch.leap(wall: at(60), steady: steady.advanced(by: .seconds(58))) == nil)
    #expect(watch.leap(wall: at(3_661), steady: steady.advanced(by: .seconds(59))) == 3_600_000_000_000)
    #expect(watch.leap(wall: at(62), steady: steady.advanced(by: .seconds(60))) == -3_600_000_000_000)
    #expect(watch.leap(wall: at(63), steady: steady.advanced(by: .seconds(61))) == nil)
  }

  @Test(arguments: [
    (-3_600, "the clock was set back by 1 h"), (34_560_000, "the clock was set forward by 400 d"),
    (-5_400, "the clock was set back by 1 h 30 min"), (4, "the clock was set forward by 4 s"),
  ])
  func itIsSaidByHowMuch(seconds: Int64, text: String) {
    #expect(ClockWatch.text(leap: seconds * 1_000_000_000) == text)
    #expect(ClockWatch.text(leap: seconds * 1_000_000_000 - 90_000_000) == text)
  }

  @Test func aRunningDaemonGoesOn() async throws {
    try await withDaemon { daemon in
      let frame = Packets.udp(from: "203.0.113.9")
      let wrong = WallClock.now().adding(seconds: 3_600)
      try await daemon.packets.perform { worker in
        frame.withRawSpan { worker.judge($0, linkType: .ethernet, time: wrong, interface: 0) }
      }
      try await waitUntil("the engine goes by the clock again") {
        try await daemon.packets.perform { $0.engine.now } <= WallClock.now()
      }
    }
  }
}
