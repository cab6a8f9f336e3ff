import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let stranger = ip("203.0.113.9")

/// Packets of one source at these times, in seconds after the start, and its rate at a later one.
struct SourceRate: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let packets: [Double], now: Double, rate: UInt64
}

private func moment(_ seconds: Double) -> Timestamp { at(0, Int64((seconds * 1e9).rounded())) }

@Suite struct SourceRateTableTests {
  @Test(arguments: [
    SourceRate(testDescription: "the running second does not count", packets: [0, 0.1, 0.2], now: 0.9, rate: 0),
    SourceRate(testDescription: "at the tick it does", packets: [0, 0.1, 0.2], now: 1, rate: 3),
    SourceRate(testDescription: "for that second", packets: [0, 0.1, 0.2], now: 1.999_999_999, rate: 3),
    SourceRate(testDescription: "and then no more", packets: [0, 0.1, 0.2], now: 2, rate: 0),
    SourceRate(
      testDescription: "packets of the running second leave the full one alone", packets: [0.5, 1, 1.1], now: 1.2,
      rate: 1),
    SourceRate(testDescription: "and follow it", packets: [0.5, 1, 1.1], now: 2, rate: 2),
    SourceRate(testDescription: "a silent second is 0", packets: [0, 0.1, 2.5], now: 2.6, rate: 0),
    SourceRate(testDescription: "after long silence it counts from 1", packets: [0, 0.1, 7.5], now: 8, rate: 1),
    SourceRate(testDescription: "the last moment of a second is part of it", packets: [0.999_999_999], now: 1, rate: 1),
  ])
  func theRateIsThatOfTheLastFullSecond(_ c: SourceRate) {
    var table = SourceRateTable(capacity: 4, ipv6PrefixLength: 64)
    for packet in c.packets {
      table.count(stranger, now: moment(packet))
      #expect(table.brokenInvariant() == nil)
    }
    #expect(table.rate(of: stranger, now: moment(c.now)) == c.rate)
  }

  @Test func everySourceCountsByItself() {
    var table = SourceRateTable(capacity: 8, ipv6PrefixLength: 64)
    for source in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "fe80::1"] {
      table.count(ip(source), now: at(0))
    }
    let rates = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::3", "2001:db8:0:1::9", "fe80::1", "fe80::2"].map {
      table.rate(of: ip($0), now: at(1))
    }
    #expect(rates == [2, 1, 0, 2, 1, 1, 0])
  }

  @Test func lookingNeitherCountsNorKeepsAlive() {
    var table = SourceRateTable(capacity: 4, ipv6PrefixLength: 64)
    table.count(stranger, now: at(0))
    for _ in 0..<5 { #expect(table.rate(of: stranger, now: at(1)) == 1) }
    #expect(table.rate(of: stranger, now: at(2)) == 0)
    #expect(table.count == 0)
  }

  @Test func theQuietestSourceMakesWay() {
    var table = SourceRateTable(capacity: 2, ipv6PrefixLength: 64)
    for (number, nanoseconds) in [(1, 0), (2, 1), (1, 2), (3, 3)] as [(Int, Int64)] {
      table.count(ip("192.0.2.\(number)"), now: at(0, nanoseconds))
    }
    #expect([1, 2, 3].map { table.rate(of: ip("192.0.2.\($0)"), now: at(1)) } == [2, 0, 1])
    #expect(table.evictions == 1)
  }

  @Test func sweepsForgetWhoIsQuiet() {
    var table = SourceRateTable(capacity: 4, ipv6PrefixLength: 64)
    table.count(stranger, now: at(0))
    table.expire(now: at(2, -1))
    #expect(table.count == 1)
    table.expire(now: at(2))
    #expect(table.count == 0)
  }

  /// Against plain lists of moments.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func ratesFollowTheirModel(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var table = SourceRateTable(capacity: 64, ipv6PrefixLength: 64)
    var seen: [Int: [Timestamp]] = [:]
    var now = at(0)
    for _ in 0..<2_000 {
      let pauses: [Int64] = [0, 1, 999_999_999, 1_000_000_000, 300_000_000, 20_000_000]
      let pause = pauses.randomElement(using: &random) ?? 0
      now = Timestamp(nanoseconds: now.nanoseconds + pause)
      let number = Int.random(in: 1...5, using: &random)
      let expected = (seen[number] ?? []).filter { $0.seconds == now.seconds - 1 }.count
      #expect(table.rate(of: ip("192.0.2.\(number)"), now: now) == UInt64(expected))
      table.count(ip("192.0.2.\(number)"), now: now)
      seen[number, default: []].append(now)
    }
    #expect(table.brokenInvariant() == nil)
  }
}
