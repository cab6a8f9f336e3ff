import SentryPacket
import Testing

@testable import SentryDashboard
@testable import SentryService

@Suite struct SessionsTests {
  private let start = Timestamp(seconds: 1_000)

  @Test func sessionIsFoundByItsKeyAlone() {
    let sessions = Sessions()
    let session = sessions.begin(as: "alice", peer: 1_000, now: start)
    #expect(sessions.use(session.key.text, peer: 1_000, now: start)?.user == "alice")
    #expect(sessions.use(session.proof.text, peer: 1_000, now: start) == nil)
    #expect(sessions.use(String(session.key.text.dropLast()), peer: 1_000, now: start) == nil)
    #expect(sessions.use("", peer: 1_000, now: start) == nil)
  }

  @Test func keyIsWorthNothingToAnotherUser() {
    let sessions = Sessions()
    let session = sessions.begin(as: "alice", peer: 1_000, now: start)
    #expect(sessions.use(session.key.text, peer: 1_001, now: start) == nil)
    #expect(sessions.use(session.key.text, peer: nil, now: start) == nil)
    #expect(sessions.use(session.key.text, peer: 1_000, now: start) != nil)
  }

  @Test func sessionEndsTwelveHoursAfterItsLastUse() {
    let sessions = Sessions()
    let session = sessions.begin(as: "alice", peer: nil, now: start)
    let later = start.adding(seconds: 43_199)
    #expect(sessions.use(session.key.text, peer: nil, now: later) != nil)
    #expect(sessions.use(session.key.text, peer: nil, now: later.adding(seconds: 43_199)) != nil)
    #expect(sessions.use(session.key.text, peer: nil, now: later.adding(seconds: 2 * 43_200)) == nil)
    #expect(sessions.count == 0)
  }

  @Test func sessionUsedLeastLatelyMakesWay() {
    let sessions = Sessions()
    let all = (0..<64).map { sessions.begin(as: "user", peer: nil, now: start.adding(seconds: $0)) }
    #expect(sessions.use(all[0].key.text, peer: nil, now: start.adding(seconds: 100)) != nil)
    _ = sessions.begin(as: "one more", peer: nil, now: start.adding(seconds: 101))
    #expect(sessions.count == 64)
    #expect(sessions.use(all[0].key.text, peer: nil, now: start.adding(seconds: 102)) != nil)
    #expect(sessions.use(all[1].key.text, peer: nil, now: start.adding(seconds: 102)) == nil)
  }

  @Test func wrongTokensAreBoundedByTheMinute() {
    let limit = LoginLimit()
    let minute = Timestamp(seconds: 1_200)
    #expect((0..<20).allSatisfy { limit.takeFailure(now: minute.adding(seconds: $0)) })
    #expect(!limit.takeFailure(now: minute.adding(seconds: 59)))
    #expect(limit.takeFailure(now: minute.adding(seconds: 60)))
  }
}
