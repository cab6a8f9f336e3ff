import SentryPacket
import Testing

@testable import SentryLogins

@Suite struct LoginCounterTests {
  private var counter = LoginCounter(LoginCounter.Limits(failures: 3, windowSeconds: 60, ipv6Prefix: 64), capacity: 4)

  private func event(
    _ address: String, _ outcome: LoginEvent.Outcome = .failed, port: UInt16? = nil, attempts: Int = 1
  ) -> LoginEvent {
    LoginEvent(
      service: "sshd", address: IPAddress(address) ?? IPAddress(v4: 0), port: port, outcome: outcome,
      attempts: attempts,
      user: "root", line: "a line")
  }

  @Test mutating func theLastOfSomeFailuresIsTooMany() {
    #expect(counter.note(event("192.0.2.7"), at: 0) == nil)
    #expect(counter.note(event("192.0.2.7"), at: 1) == nil)
    #expect(counter.note(event("192.0.2.8"), at: 1) == nil)
    let tally = counter.note(event("192.0.2.7"), at: 60)
    #expect(tally?.failures == 3 && tally?.lines.count == 3)
    // It begins anew.
    #expect(counter.note(event("192.0.2.7"), at: 61) == nil)
  }

  @Test mutating func oldFailuresDoNotCount() {
    for time in stride(from: 0.0, to: 600, by: 31) {
      #expect(counter.note(event("192.0.2.7"), at: time) == nil)
    }
  }

  @Test mutating func aSuccessBeginsAnew() {
    for time in 0..<20 {
      #expect(counter.note(event("192.0.2.7", time % 3 == 2 ? .succeeded : .failed), at: Double(time)) == nil)
    }
    #expect(counter.failures == 14 && counter.successes == 6)
  }

  @Test mutating func anIPv6NetCountsAsOne() {
    #expect(counter.note(event("2001:db8::1"), at: 0) == nil)
    #expect(counter.note(event("2001:db8::2"), at: 0) == nil)
    #expect(counter.note(event("2001:db8:0:1::3"), at: 0) == nil)
    #expect(counter.note(event("2001:db8::ffff:3"), at: 0) != nil)
  }

  @Test mutating func linesOfOneConnectionCountOnce() {
    // An unknown user, his password twice, and the end of the connection: two failures.
    for outcome in [LoginEvent.Outcome.failedFirst, .failed, .failed, .failedFirst, .failedLast] {
      #expect(counter.note(event("192.0.2.7", outcome, port: 1), at: 0) == nil)
    }
    #expect(counter.nearest(1, at: 0).first?.failures == 2)
    #expect(counter.note(event("192.0.2.7", .failedLast, port: 2), at: 0) != nil)
  }

  /// Whoever comes from the same port each time.
  @Test mutating func aConnectionThatHasEndedIsNoLongerKnown() {
    #expect(counter.note(event("192.0.2.7", .failedLast, port: 5), at: 0) == nil)
    #expect(counter.note(event("192.0.2.7", .failedLast, port: 5), at: 1) == nil)
    #expect(counter.note(event("192.0.2.7", .failedLast, port: 5), at: 2) != nil)
  }

  /// Lines of the end need not come.
  @Test mutating func aPortIsOfOneConnectionForAWhileOnly() {
    for time in [0.0, 20, 40] {
      #expect(counter.note(event("192.0.2.8", .failedFirst, port: 5), at: time) == nil)
    }
    #expect(counter.nearest(1, at: 40).first?.failures == 1)
    counter.limits.windowSeconds = 3_600
    #expect(counter.note(event("192.0.2.8", .failedFirst, port: 5), at: 200) == nil)
    #expect(counter.note(event("192.0.2.8", .failedFirst, port: 5), at: 400) != nil)
  }

  @Test mutating func addressesThatShareTheirNetWithManyCountEach() {
    for address in ["fe80::1", "fe80::2", "fe80::3", "64:ff9b::c000:201", "64:ff9b::c000:202", "64:ff9b::c000:203"] {
      #expect(counter.note(event(address), at: 0) == nil)
    }
    #expect(counter.note(event("64:ff9b::c000:203", attempts: 2), at: 0) != nil)
  }

  /// A /48 has 65,536 nets, each of which could fail just less often than is too many.
  @Test func aSiteWithManyFailingNetsHasNoPatienceLeft() {
    var counter = LoginCounter(LoginCounter.Limits(failures: 3, windowSeconds: 60, ipv6Prefix: 64))
    func fail(_ net: Int, _ outcome: LoginEvent.Outcome = .failed, at time: Double = 0) -> Bool {
      counter.note(event("2001:db8:7:\(String(net, radix: 16))::1", outcome), at: time) != nil
    }
    for net in 0..<64 { #expect(!fail(net)) }
    #expect(counter.note(event("2001:db8:8::1"), at: 0) == nil)
    #expect(fail(64) && fail(65))
    // Somebody is in: it is not all one stranger's.
    _ = fail(9, .succeeded)
    #expect(!fail(66))
    // One net alone, whatever it does, speaks for itself only.
    for time in 0..<600 { _ = fail(99, at: Double(time) / 600) }
    #expect(!fail(67, at: 1))
  }

  /// Failures that lie ahead are of nobody knows when.
  @Test mutating func aClockThatIsSetBackMakesNothingLast() {
    #expect(counter.note(event("192.0.2.7", attempts: 2), at: 1_000_000) == nil)
    #expect(counter.nearest(1, at: 1_000).isEmpty)
    #expect(counter.note(event("192.0.2.7", attempts: 2), at: 1_000) == nil)
    #expect(counter.nearest(1, at: 1_000).first?.failures == 2)
    counter.sweep(at: 0)
    #expect(counter.count == 0)
  }

  @Test func whatIsOlderThanTheWindowWhenItIsReadDoesNotCount() {
    var counter = LoginCounter(LoginCounter.Limits(failures: 3, windowSeconds: 60, ipv6Prefix: 64))
    #expect(counter.note(event("192.0.2.7", attempts: 9), at: 39, now: 100) == nil && counter.count == 0)
    // Read late, each at its own time.
    #expect(counter.note(event("192.0.2.7", attempts: 2), at: 90, now: 100) == nil)
    #expect(counter.note(event("192.0.2.7"), at: 50, now: 100)?.times == [50, 90, 90])
  }

  @Test mutating func aLineCanStandForSome() {
    #expect(counter.note(event("192.0.2.7", attempts: 2), at: 0) == nil)
    #expect(counter.note(event("192.0.2.7", attempts: 2), at: 0)?.failures == 4)
  }

  @Test mutating func theTableIsBounded() {
    for number in 0..<1_000 { _ = counter.note(event("192.0.\(number / 250).\(number % 250)"), at: 0) }
    #expect(counter.count == 4)
    counter.sweep(at: 61)
    #expect(counter.count == 0)
  }

  @Test mutating func whoIsForgottenBeginsAnew() throws {
    _ = counter.note(event("192.0.2.7"), at: 0)
    _ = counter.note(event("2001:db8::1"), at: 0)
    counter.forget(try AddressRange("192.0.2.0/24"))
    #expect(counter.nearest(9, at: 0).map(\.address) == [IPAddress("2001:db8::1")])
    counter.forget(try AddressRange("2001:db8::/64"))
    #expect(counter.count == 0)
  }
}

@Suite struct OffendersTests {
  private let terms = Offenders.Terms(blockSeconds: 900, growth: 4, longestSeconds: 604_800)

  @Test func blocksGetLongerUpToAWeek() {
    #expect((1...8).map { terms.seconds(of: $0) } == [900, 3_600, 14_400, 57_600, 230_400, 604_800, 604_800, 604_800])
    #expect(terms.seconds(of: .max) == 604_800)
    #expect(Offenders.Terms(blockSeconds: 60, growth: 1, longestSeconds: 60).seconds(of: 9) == 60)
  }

  @Test func whoWasQuietForLongBeginsAnew() throws {
    var offenders = Offenders(capacity: 2)
    let range = try AddressRange("192.0.2.7")
    #expect(offenders.note(range, by: terms, reason: "", lines: [], at: 0).seconds == 900)
    #expect(offenders.next(of: range, by: terms, at: 1_000) == 3_600)
    #expect(offenders.note(range, by: terms, reason: "", lines: [], at: 1_000).seconds == 3_600)
    #expect(offenders.note(range, by: terms, reason: "", lines: [], at: 1_000 + 3_600 + 604_801).seconds == 900)
    for last in 1...9 {
      _ = offenders.note(try AddressRange("192.0.2.\(last)"), by: terms, reason: "", lines: [], at: 0)
    }
    #expect(offenders.count == 2)
    #expect(offenders.running(try AddressRange("192.0.2.9"), at: 10)?.seconds == 900)
    #expect(offenders.running(try AddressRange("192.0.2.9"), at: 900) == nil)
    #expect(offenders.running(try AddressRange("192.0.2.9"), at: -10) == nil)
    var copy = Offenders(capacity: 2)
    copy.restore(offenders.kept)
    #expect(copy.kept == offenders.kept)
    copy.forget(try AddressRange("192.0.2.8/31"))
    #expect(copy.count == 0)
  }
}
