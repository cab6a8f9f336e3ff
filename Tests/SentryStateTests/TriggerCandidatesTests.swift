import SentryPacket
import Testing

@testable import SentryState

private let stranger = AddressRange(prefix: ip("203.0.113.9"), length: 128)

@Suite struct TriggerCandidatesTests {
  struct Matches: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// In seconds, of one rule.
    let times: [Double], proven: [Bool]
  }

  @Test(arguments: [
    Matches(testDescription: "the first is none", times: [0], proven: [false]),
    Matches(testDescription: "the second comes too soon", times: [0, 0.999_999_999], proven: [false, false]),
    Matches(testDescription: "a second later it counts", times: [0, 1], proven: [false, true]),
    Matches(
      testDescription: "those in between change nothing", times: [0, 0.5, 0.9, 1.2],
      proven: [false, false, false, true]),
    Matches(testDescription: "a minute later it counts still", times: [0, 60], proven: [false, true]),
    Matches(
      testDescription: "after that it is the first again", times: [0, 60.1, 61.2], proven: [false, false, true]),
  ])
  func theSecondMatchProves(_ c: Matches) {
    var candidates = TriggerCandidates()
    let proven = c.times.map { time in
      let now = at(0, Int64((time * 1e9).rounded()))
      let foreseen = candidates.foresee(stranger, matchedBy: 1, now: now)
      let isProven = candidates.note(stranger, matchedBy: 1, now: now)
      #expect(foreseen == isProven)
      let broken = candidates.brokenInvariant()
      #expect(broken == nil)
      return isProven
    }
    #expect(proven == c.proven)
  }

  @Test func everyRuleAndEverySourceWaitsForItself() {
    var candidates = TriggerCandidates()
    let net = AddressRange(prefix: ip("2001:db8::"), length: 64)
    let neighbour = AddressRange(prefix: ip("203.0.113.8"), length: 128)
    let host = AddressRange(prefix: ip("2001:db8::"), length: 128)
    let matches: [(AddressRange, UInt32, Int64)] = [
      (stranger, 1, 0), (net, 1, 0), (stranger, 2, 2), (neighbour, 1, 2), (host, 1, 2), (net, 1, 2), (stranger, 1, 2),
    ]
    let proven = matches.map { candidates.note($0, matchedBy: $1, now: at($2)) }
    #expect(proven == [false, false, false, false, false, true, true])
  }

  @Test func theOldestMakesWay() {
    var candidates = TriggerCandidates()
    func source(_ number: Int) -> AddressRange {
      AddressRange(prefix: IPAddress(v4: 0x0A00_0000 + UInt32(number)), length: 128)
    }
    for number in 0...TriggerCandidates.capacity { _ = candidates.note(source(number), matchedBy: 1, now: at(0)) }
    let count = candidates.count
    #expect(count == TriggerCandidates.capacity)
    let known = (0...1).map { candidates.foresee(source($0), matchedBy: 1, now: at(2)) }
    #expect(known == [false, true])
  }
}
