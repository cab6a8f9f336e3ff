import SentryPacket
import Testing

@testable import SentryState

private let hour = AddressDuration(seconds: 3_600)

extension AddressTable {
  fileprivate mutating func add(
    _ texts: String..., now: Timestamp, _ duration: AddressDuration = hour, by label: UInt32 = 1
  )
    -> Int
  {
    let count = add(
      texts.map { AddressAddition(range: range($0), duration: duration, triggeredBy: label) }, now: now)
    #expect(brokenInvariant() == nil)
    return count
  }

  /// What an `Include` rule does; the count afterwards, `nil` if the address is not there.
  fileprivate mutating func include(_ text: String, _ now: Timestamp) -> UInt64? {
    guard let slot = find(ip(text), now: now) else { return nil }
    hit(slot, now: now)
    #expect(brokenInvariant() == nil)
    return matchCount(of: slot)
  }

  fileprivate func texts(_ now: Timestamp) -> [String] { entries(now: now).map(\.range.description) }
}

/// What people enter: ranges and single addresses beside those of rules.
@Suite struct AddressRangesTests {
  @Test func everyAddressOfARangeIsFoundAndCountsForIt() {
    var table = AddressTable(capacity: 4)
    #expect(table.add("192.0.2.10-20", now: at(0)) == 1)
    for (text, isIn) in [("9", false), ("10", true), ("15", true), ("20", true), ("21", false)] {
      #expect((table.find(ip("192.0.2.\(text)"), now: at(0)) != nil) == isIn)
    }
    #expect(table.include("192.0.2.10", at(1)) == 1)
    #expect(table.include("192.0.2.20", at(2)) == 2)
    #expect(table.entries(now: at(2)).map(\.lastTime) == [at(2)])
    #expect(table.count == 1)
    #expect(table.additions == 1)
  }

  @Test func aRangeLivesUntilNothingHasRefreshedItForItsDuration() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", now: at(0))
    #expect(table.include("192.0.2.1", at(3_600, -1)) == 1)
    #expect(table.find(ip("192.0.2.1"), now: at(7_200, -2)) != nil)
    #expect(table.find(ip("192.0.2.1"), now: at(7_200, -1)) == nil)
    #expect(table.count(now: at(7_200)) == 0)
    table.expire(now: at(7_200))
    #expect(table.count == 0)
    #expect(table.brokenInvariant() == nil)
  }

  @Test func underAnExpiredRangeTheWiderOneAnswers() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", now: at(0), .unlimited, by: 1)
    _ = table.add("192.0.2.0/30", now: at(0), AddressDuration(seconds: 60), by: 2)
    #expect(table.include("192.0.2.1", at(59)) == 1)
    #expect(table.entries(now: at(59)).map(\.matchCount) == [0, 1])
    #expect(table.include("192.0.2.1", at(119)) == 1)
    #expect(table.texts(at(119)) == ["192.0.2.0/24"])
  }

  @Test func anAddressOfItsOwnAnswersBeforeARangeAroundIt() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", now: at(0))
    #expect(table.keep(ip("192.0.2.1"), now: at(1), duration: hour, triggeredBy: 2) == .added)
    #expect(table.include("192.0.2.1", at(2)) == 2)
    #expect(table.include("192.0.2.2", at(2)) == 1)
    #expect(table.entries(now: at(2)).map(\.triggeredBy) == [1, 2])
  }

  @Test func whatSomebodyEntersReplacesWhatWasThere() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", "198.51.100.1", now: at(0), .unlimited, by: 1)
    _ = table.include("192.0.2.1", at(1))
    _ = table.include("198.51.100.1", at(1))
    #expect(table.add("192.0.2.0-192.0.2.255", "198.51.100.1", now: at(2), hour, by: 2) == 0)
    let expected = ["192.0.2.0/24", "198.51.100.1"].map {
      AddressEntry(range: range($0), matchCount: 0, lastTime: at(2), duration: hour, triggeredBy: 2)
    }
    #expect(table.entries(now: at(2)) == expected)
  }

  @Test func aRuleDoesNotShortenWhatSomebodyEntered() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.1", now: at(0), .unlimited)
    #expect(table.keep(ip("192.0.2.1"), now: at(1), duration: hour, triggeredBy: 2) == .refreshed)
    #expect(table.entries(now: at(1)).map(\.duration) == [.unlimited])
  }

  @Test func theOldestLimitedRangeMakesWayForAnother() {
    var table = AddressTable(capacity: 2)
    _ = table.add("192.0.2.0/24", now: at(0), .unlimited)
    _ = table.add("198.51.100.0/24", now: at(1))
    _ = table.add("203.0.113.0/24", now: at(2), .unlimited)
    #expect(table.texts(at(2)) == ["192.0.2.0/24", "203.0.113.0/24"])
    #expect(table.find(ip("198.51.100.1"), now: at(2)) == nil)
    _ = table.add("198.18.0.0/15", now: at(3))
    #expect(table.texts(at(3)) == ["198.18.0.0/15", "203.0.113.0/24"])
    #expect(table.evictions == 2)
  }

  @Test func packetsNeverDriveOutARange() {
    var table = AddressTable(capacity: 3)
    _ = table.add("192.0.2.0/24", now: at(0))
    for number in 0..<10 as Range<UInt32> {
      _ = table.keep(IPAddress(v4: number), now: at(1), duration: .unlimited, triggeredBy: 0)
    }
    #expect(table.find(ip("192.0.2.1"), now: at(1)) != nil)
    #expect(table.count == 4)
  }

  @Test func aRangeIsRemovedByItselfOnly() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", "192.0.2.0/25", now: at(0))
    #expect(table.remove(range("192.0.2.1")) == false)
    #expect(table.remove(range("192.0.2.0-200")) == false)
    #expect(table.remove(range("192.0.2.0/25")) == true)
    #expect(table.brokenInvariant() == nil)
    #expect(table.include("192.0.2.1", at(0)) == 1)
    #expect(table.remove(range("192.0.2.0/24")) == true)
    #expect(table.find(ip("192.0.2.1"), now: at(0)) == nil)
  }

  @Test func aSlotOfARangeThatHasGoneDoesNoHarm() {
    var table = AddressTable(capacity: 4)
    _ = table.add("192.0.2.0/24", now: at(0))
    guard let slot = table.find(ip("192.0.2.1"), now: at(0)) else {
      Issue.record("the range is not there")
      return
    }
    table.removeAll()
    table.hit(slot, now: at(1))
    table.resetMatchCount(of: slot)
    #expect(table.matchCount(of: slot) == 0)
    #expect(table.brokenInvariant() == nil)
  }

  // MARK: IPv6

  @Test func aNetAsPacketsMakeItIsTheSameEntry() {
    var table = AddressTable(capacity: 4, ipv6PrefixLength: 64)
    _ = table.add("2001:db8:0:1::/64", now: at(0), .unlimited)
    #expect(table.keep(ip("2001:db8:0:1::5"), now: at(1), duration: hour, triggeredBy: 2) == .refreshed)
    #expect(table.texts(at(1)) == ["2001:db8:0:1::/64"])
    #expect(table.remove(range("2001:db8:0:1::/64")) == true)
    #expect(table.count == 0)
  }

  @Test func aSingleAddressEnteredByHandDoesNotMeanItsNet() {
    var table = AddressTable(capacity: 4, ipv6PrefixLength: 64)
    _ = table.add("2001:db8:0:1::5", now: at(0))
    #expect(table.find(ip("2001:db8:0:1::6"), now: at(0)) == nil)
    #expect(table.include("2001:db8:0:1::5", at(0)) == 1)
    // It answers before the net that a packet enters later.
    _ = table.keep(ip("2001:db8:0:1::6"), now: at(1), duration: hour, triggeredBy: 2)
    #expect(table.include("2001:db8:0:1::5", at(1)) == 2)
    #expect(table.include("2001:db8:0:1::6", at(1)) == 2)
  }

  @Test func allOfIPv6DoesNotMeanIPv4() {
    var table = AddressTable(capacity: 4)
    _ = table.add("::/0", now: at(0))
    #expect(table.find(ip("192.0.2.1"), now: at(0)) == nil)
    #expect(table.find(ip("2001:db8::1"), now: at(0)) != nil)
    _ = table.add("0.0.0.0/0", now: at(0))
    #expect(table.find(ip("192.0.2.1"), now: at(0)) != nil)
    #expect(table.texts(at(0)) == ["::/0", "0.0.0.0/0"])
  }

  @Test func thousandsThatExpireTogetherAreAllGone() {
    var table = AddressTable(capacity: 20_000)
    let additions = (0..<10_000 as Range<UInt32>).compactMap { number in
      AddressRange(first: IPAddress(v4: number << 8), last: IPAddress(v4: number << 8 | 99)).map {
        AddressAddition(range: $0, duration: number < 7_500 ? hour : .unlimited, triggeredBy: 0)
      }
    }
    #expect(table.add(additions, now: at(0)) == 10_000)
    for second in 0..<3 as Range<Int64> { table.expire(now: at(3_600 + second)) }
    #expect(table.brokenInvariant() == nil)
    #expect(table.count == 2_500)
    #expect(table.find(IPAddress(v4: 7_499 << 8), now: at(3_603)) == nil)
    #expect(table.find(IPAddress(v4: 7_500 << 8 | 99), now: at(3_603)) != nil)
  }
}
