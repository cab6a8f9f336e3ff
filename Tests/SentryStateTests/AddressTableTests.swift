import SentryPacket
import Testing

@testable import SentryState

private let hour = AddressDuration(seconds: 3_600)

extension AddressTable {
  /// Keeps an address and checks the table.
  @discardableResult
  fileprivate mutating func keep(
    _ text: String, _ now: Timestamp, _ duration: AddressDuration = hour, by label: UInt32 = 1
  ) -> KeepOutcome {
    let outcome = keep(ip(text), now: now, duration: duration, triggeredBy: label)
    #expect(brokenInvariant() == nil)
    return outcome
  }

  fileprivate mutating func has(_ text: String, _ now: Timestamp) -> Bool {
    let slot = find(ip(text), now: now)
    #expect(brokenInvariant() == nil)
    return slot != nil
  }

  /// What an `Include` rule does; the count afterwards, `nil` if the address is not there.
  fileprivate mutating func include(_ text: String, _ now: Timestamp) -> UInt64? {
    guard let slot = find(ip(text), now: now) else { return nil }
    hit(slot, now: now)
    #expect(brokenInvariant() == nil)
    return matchCount(of: slot)
  }

  fileprivate func addresses(_ now: Timestamp) -> [String] { entries(now: now).map { $0.address.description } }
}

@Suite struct AddressTableTests {
  // MARK: Counting

  @Test func aNewEntryCountsOneAndEachIncludeOneMore() {
    var table = AddressTable(capacity: 4)
    #expect(table.include("203.0.113.9", at(0)) == nil)
    #expect(table.keep("203.0.113.9", at(0)) == .added)
    #expect(table.include("203.0.113.9", at(1)) == 2)
    #expect(table.include("203.0.113.9", at(2)) == 3)
    #expect(table.keep("203.0.113.9", at(3)) == .refreshed)
    #expect(table.include("203.0.113.9", at(4)) == 4)
  }

  @Test func aResetEntryCountsFromZero() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0))
    guard let slot = table.find(ip("203.0.113.9"), now: at(0)) else {
      Issue.record("the address is not there")
      return
    }
    table.resetMatchCount(of: slot)
    #expect(table.matchCount(of: slot) == 0)
    #expect(table.include("203.0.113.9", at(1)) == 1)
  }

  @Test func anEntryTellsWhatHappened() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0), by: 5)
    table.keep("203.0.113.9", at(7), by: 6)
    _ = table.include("203.0.113.9", at(9))
    let expected = AddressEntry(
      range: range("203.0.113.9"), matchCount: 2, lastTime: at(9), duration: hour, triggeredBy: 6)
    #expect(table.entries(now: at(9)) == [expected])
  }

  // MARK: Expiry

  @Test func anEntryMatchesUntilItsDurationIsOver() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0))
    #expect(table.has("203.0.113.9", at(3_600, -1)) == true)
    // Looking alone did not refresh it.
    #expect(table.count(now: at(3_600)) == 0)
    #expect(table.entries(now: at(3_600)).isEmpty)
    #expect(table.count == 1)
    #expect(table.has("203.0.113.9", at(3_600)) == false)
    #expect(table.count == 0)
    #expect(table.evictions == 0)
  }

  @Test func anIncludeHitStartsTheDurationAgain() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0))
    #expect(table.include("203.0.113.9", at(3_599)) == 2)
    #expect(table.has("203.0.113.9", at(7_199, -1)) == true)
    #expect(table.has("203.0.113.9", at(7_199)) == false)
  }

  @Test func anExpiredAddressIsAddedAnew() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0))
    _ = table.include("203.0.113.9", at(1))
    #expect(table.keep("203.0.113.9", at(3_601)) == .added)
    #expect(table.entries(now: at(3_601)).map(\.matchCount) == [1])
    #expect(table.additions == 2)
  }

  /// Those from before the wrong time keep theirs, and all go when their duration is over.
  @Test func aClockThatWasSetBackMakesNothingStayLonger() {
    var table = AddressTable(capacity: 8)
    table.keep("203.0.113.1", at(10))
    table.keep("203.0.113.2", at(3_600))
    table.keep("203.0.113.3", at(3_605))
    table.keep("203.0.113.4", at(3_606), AddressDuration(seconds: 60))
    _ = table.add(
      [AddressAddition(range: range("198.51.100.0-198.51.100.9"), duration: hour, triggeredBy: 0)], now: at(3_607))
    var saved: [PlacedEntry] = []
    table.copyChanges(at: 0..<table.usedPlaces, isEverything: false, into: &saved)
    table.recordChanges(capacity: 8)
    table.turnBack(to: at(20))
    #expect(table.brokenInvariant() == nil)
    var isIncomplete = false
    table.takeChanges { _, isMissing, _ in isIncomplete = isMissing }
    #expect(isIncomplete)
    table.stopRecordingChanges()
    #expect(table.entries(now: at(20)).map(\.lastTime) == [at(20), at(10), at(20), at(20), at(20)])
    saved = []
    table.copyChanges(at: 0..<table.usedPlaces, isEverything: false, into: &saved)
    #expect(saved.count == 4)
    #expect(table.has("203.0.113.4", at(80, -1)) == true)
    #expect(table.has("203.0.113.4", at(80)) == false)
    #expect(table.has("203.0.113.3", at(3_620, -1)) == true)
    #expect(table.has("203.0.113.3", at(3_620)) == false)
    #expect(table.entries(now: at(3_620)).isEmpty)
  }

  @Test func anUnlimitedEntryStays() {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0), .unlimited)
    let muchLater = Timestamp(seconds: 9_000_000_000)
    table.expire(now: muchLater)
    #expect(table.has("203.0.113.9", muchLater) == true)
    #expect(table.entries(now: muchLater).map(\.duration) == [.unlimited])
  }

  @Test func theLongestLimitedDurationIsKeptToTheNanosecond() {
    var table = AddressTable(capacity: 4)
    let duration = AddressDuration(seconds: .max)
    table.keep("203.0.113.9", at(0), duration)
    #expect(table.entries(now: at(0)).map(\.duration) == [duration])
    #expect(table.has("203.0.113.9", at(4_294_967_295, -1)) == true)
    #expect(table.has("203.0.113.9", at(4_294_967_295)) == false)
  }

  @Test func aSweepRemovesExactlyWhatExpired() {
    var table = AddressTable(capacity: 8)
    table.keep("192.0.2.1", at(0), AddressDuration(seconds: 60))
    table.keep("192.0.2.2", at(1), AddressDuration(seconds: 60))
    table.keep("192.0.2.3", at(0), AddressDuration(seconds: 61))
    table.keep("192.0.2.4", at(0), .unlimited)
    table.expire(now: at(60))
    #expect(table.count == 3)
    #expect(table.addresses(at(60)) == ["192.0.2.2", "192.0.2.3", "192.0.2.4"])
    table.expire(now: at(61))
    #expect(table.addresses(at(61)) == ["192.0.2.4"])
    #expect(table.count == 1)
  }

  // MARK: Durations

  struct Reduration: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let had: UInt32?, asked: UInt32?, has: UInt32?
  }

  @Test(arguments: [
    Reduration(testDescription: "a longer one replaces a shorter", had: 60, asked: 600, has: 600),
    Reduration(testDescription: "a shorter one does not replace a longer", had: 600, asked: 60, has: 600),
    Reduration(testDescription: "the same stays", had: 60, asked: 60, has: 60),
    Reduration(testDescription: "unlimited replaces any", had: 600, asked: nil, has: nil),
    Reduration(testDescription: "nothing replaces unlimited", had: nil, asked: 600, has: nil),
    Reduration(testDescription: "0 is unlimited", had: 600, asked: 0, has: nil),
  ])
  func keepingAgainKeepsTheLongerDuration(_ c: Reduration) {
    var table = AddressTable(capacity: 4)
    table.keep("203.0.113.9", at(0), AddressDuration(seconds: c.had))
    table.keep("203.0.113.9", at(10), AddressDuration(seconds: c.asked))
    #expect(table.entries(now: at(10)).map(\.duration) == [AddressDuration(seconds: c.has)])
    guard let seconds = c.has else { return }
    #expect(table.has("203.0.113.9", at(10 + Int64(seconds), -1)) == true)
    #expect(table.has("203.0.113.9", at(10 + Int64(seconds))) == false)
  }

  @Test func aThousandDifferentDurationsAreEachKept() {
    var table = AddressTable(capacity: 1_000)
    for seconds in 1...1_000 as ClosedRange<UInt32> {
      _ = table.keep(IPAddress(v4: seconds), now: at(0), duration: AddressDuration(seconds: seconds), triggeredBy: 0)
    }
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: at(0)).map(\.duration.seconds) == (1...1_000).map { $0 })
    for second in stride(from: 100, through: 1_000, by: 100) {
      #expect(table.count(now: at(Int64(second), -1)) == 1_000 - second + 1)
      #expect(table.count(now: at(Int64(second))) == 1_000 - second)
    }
  }

  // MARK: Capacity

  @Test func theOldestMakesWay() {
    var table = AddressTable(capacity: 3)
    for (second, text) in ["192.0.2.3", "192.0.2.1", "192.0.2.2"].enumerated() { table.keep(text, at(Int64(second))) }
    _ = table.include("192.0.2.3", at(5))
    table.keep("192.0.2.9", at(6))
    #expect(table.addresses(at(6)) == ["192.0.2.2", "192.0.2.3", "192.0.2.9"])
    #expect(table.evictions == 1)
    #expect(table.additions == 4)
  }

  @Test func theOldestMakesWayWhateverItsDuration() {
    var table = AddressTable(capacity: 3)
    table.keep("192.0.2.1", at(0), AddressDuration(seconds: 36_000))
    table.keep("192.0.2.2", at(1), AddressDuration(seconds: 60))
    table.keep("192.0.2.3", at(2), AddressDuration(seconds: 600))
    table.keep("192.0.2.4", at(3))
    #expect(table.addresses(at(3)) == ["192.0.2.2", "192.0.2.3", "192.0.2.4"])
  }

  @Test func anExpiredEntryMakesWayFirst() {
    var table = AddressTable(capacity: 2)
    table.keep("192.0.2.1", at(0), AddressDuration(seconds: 36_000))
    table.keep("192.0.2.2", at(1), AddressDuration(seconds: 60))
    table.keep("192.0.2.3", at(61))
    #expect(table.addresses(at(61)) == ["192.0.2.1", "192.0.2.3"])
    #expect(table.evictions == 0)
  }

  @Test func unlimitedEntriesMakeWayLast() {
    var table = AddressTable(capacity: 2)
    table.keep("192.0.2.1", at(0), .unlimited)
    table.keep("192.0.2.2", at(1))
    table.keep("192.0.2.3", at(2), .unlimited)
    #expect(table.addresses(at(2)) == ["192.0.2.1", "192.0.2.3"])
    table.keep("192.0.2.4", at(3))
    #expect(table.addresses(at(3)) == ["192.0.2.3", "192.0.2.4"])
    table.keep("192.0.2.5", at(4))
    #expect(table.addresses(at(4)) == ["192.0.2.3", "192.0.2.5"])
    #expect(table.evictions == 3)
  }

  @Test func withRoomForOneTheLatestIsThere() {
    var table = AddressTable(capacity: 1)
    for text in ["192.0.2.1", "192.0.2.2", "192.0.2.2", "2001:db8::1", "192.0.2.1"] {
      table.keep(text, at(0))
      #expect(table.addresses(at(0)) == [text])
    }
    #expect(table.evictions == 3)
  }

  @Test func aSmallerCapacityKeepsTheLatestInOrder() {
    var table = AddressTable(capacity: 6)
    table.keep("192.0.2.1", at(0), .unlimited)
    for number in 2...6 as ClosedRange<Int64> {
      table.keep("192.0.2.\(number)", at(number), AddressDuration(seconds: number.isMultiple(of: 2) ? 60 : 600))
    }
    table.setCapacity(3, now: at(6))
    #expect(table.brokenInvariant() == nil)
    #expect(table.capacity == 3)
    #expect(table.addresses(at(6)) == ["192.0.2.1", "192.0.2.5", "192.0.2.6"])
    #expect(table.evictions == 3)
    table.setCapacity(4, now: at(6))
    table.keep("192.0.2.7", at(7))
    table.keep("192.0.2.8", at(8))
    #expect(table.addresses(at(8)) == ["192.0.2.1", "192.0.2.6", "192.0.2.7", "192.0.2.8"])
    #expect(table.additions == 8)
  }

  // MARK: Removing

  @Test func removingTellsWhetherTheAddressWasThere() {
    var table = AddressTable(capacity: 4)
    table.keep("192.0.2.1", at(0))
    #expect(
      [table.remove(ip("192.0.2.2")), table.remove(ip("192.0.2.1")), table.remove(ip("192.0.2.1"))] == [
        false, true, false,
      ])
    #expect(table.brokenInvariant() == nil)
    #expect(table.count == 0)
  }

  @Test func slotsThatAreNoLongerValidDoNoHarm() {
    var table = AddressTable(capacity: 4)
    table.keep("192.0.2.1", at(0))
    guard let slot = table.find(ip("192.0.2.1"), now: at(0)) else {
      Issue.record("the address is not there")
      return
    }
    table.removeAll()
    table.hit(slot, now: at(1))
    table.resetMatchCount(of: slot)
    #expect(table.matchCount(of: slot) == 0)
    #expect(table.brokenInvariant() == nil)
    table.keep("192.0.2.2", at(1))
    #expect(table.remove(ip("192.0.2.2")) == true)
    table.hit(slot, now: at(2))
    #expect(table.count == 0)
    #expect(table.brokenInvariant() == nil)
  }

  // MARK: Families and nets

  struct Sameness: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kept: String, asked: String, prefixLength: Int, isSame: Bool
  }

  @Test(arguments: [
    Sameness(
      testDescription: "the same /64", kept: "2001:db8:0:1::1", asked: "2001:db8:0:1:ffff::2", prefixLength: 64,
      isSame: true),
    Sameness(
      testDescription: "the next /64", kept: "2001:db8:0:1::1", asked: "2001:db8:0:2::1", prefixLength: 64,
      isSame: false),
    Sameness(
      testDescription: "another address with whole addresses", kept: "2001:db8::1", asked: "2001:db8::2",
      prefixLength: 128, isSame: false),
    Sameness(
      testDescription: "the same /127", kept: "2001:db8::2", asked: "2001:db8::3", prefixLength: 127, isSame: true),
    Sameness(testDescription: "the same /1", kept: "2001:db8::2", asked: "7fff::", prefixLength: 1, isSame: true),
    Sameness(
      testDescription: "two hosts of a link (RFC 4291 §2.5.6)", kept: "fe80::a", asked: "fe80::b", prefixLength: 64,
      isSame: false),
    Sameness(
      testDescription: "the same host of a link", kept: "fe80::a", asked: "fe80::a", prefixLength: 64, isSame: true),
    Sameness(
      testDescription: "a length below 1 is 1", kept: "2001:db8::2", asked: "8000::", prefixLength: 0, isSame: false),
    Sameness(
      testDescription: "a length above 128 is 128", kept: "2001:db8::2", asked: "2001:db8::3", prefixLength: 999,
      isSame: false),
    Sameness(
      testDescription: "IPv4 neighbours, which are never grouped", kept: "192.0.2.1", asked: "192.0.2.2",
      prefixLength: 64, isSame: false),
    Sameness(
      testDescription: "IPv4 and its mapped form", kept: "192.0.2.1", asked: "::ffff:192.0.2.1", prefixLength: 64,
      isSame: true),
    Sameness(
      testDescription: "IPv4 and an IPv6 address of the net around the mapped ones", kept: "192.0.2.1", asked: "::1",
      prefixLength: 64, isSame: false),
    Sameness(
      testDescription: "that net and IPv4", kept: "::1", asked: "192.0.2.1", prefixLength: 64, isSame: false),
  ])
  func addressesAreTheSame(_ c: Sameness) {
    var table = AddressTable(capacity: 4, ipv6PrefixLength: c.prefixLength)
    table.keep(c.kept, at(0))
    #expect(table.has(c.asked, at(0)) == c.isSame)
    #expect(table.keep(c.asked, at(1)) == (c.isSame ? .refreshed : .added))
    #expect(table.remove(ip(c.asked)) == true)
  }

  @Test func aNetIsReportedAsANet() {
    var table = AddressTable(capacity: 4, ipv6PrefixLength: 64)
    table.keep("2001:db8:0:1:2:3:4:5", at(0))
    table.keep("192.0.2.1", at(0))
    let entries = table.entries(now: at(0))
    #expect(entries.map(\.address) == [ip("192.0.2.1"), ip("2001:db8:0:1::")])
    #expect(entries.map(\.range.description) == ["192.0.2.1", "2001:db8:0:1::/64"])
    #expect(entries.map(\.range.last) == [ip("192.0.2.1"), ip("2001:db8:0:1:ffff:ffff:ffff:ffff")])
  }

  @Test func anotherPrefixLengthKeepsTheEntriesThereAre() {
    var table = AddressTable(capacity: 8, ipv6PrefixLength: 64)
    table.keep("2001:db8:0:1::1", at(0), AddressDuration(seconds: 60))
    table.setIPv6PrefixLength(128, now: at(1))
    #expect(table.ipv6PrefixLength == 128)
    #expect(table.has("2001:db8:0:1::2", at(1)) == true)

    // A new entry is of the new length, and found before the wider one.
    #expect(table.keep("2001:db8:0:1::2", at(1)) == .added)
    #expect(table.include("2001:db8:0:1::2", at(2)) == 2)
    #expect(table.entries(now: at(2)).map(\.range.prefixLength) == [64, 128])
    #expect(table.entries(now: at(2)).map(\.matchCount) == [1, 2])

    // Back again: both lengths are in use, the net is refreshed.
    table.setIPv6PrefixLength(64, now: at(3))
    #expect(table.keep("2001:db8:0:1::2", at(3)) == .refreshed)
    #expect(table.entries(now: at(3)).map(\.lastTime) == [at(3), at(2)])

    // An address lies in both; removing it removes both.
    #expect(table.remove(ip("2001:db8:0:1::2")) == true)
    #expect(table.count == 0)
    #expect(table.has("2001:db8:0:1::2", at(3)) == false)
  }
}
