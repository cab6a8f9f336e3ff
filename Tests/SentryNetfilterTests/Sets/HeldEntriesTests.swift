import SentryPacket
import SentryState
import Testing

@testable import SentryNetfilter

struct HeldEntriesTests {
  private static let set = BlockSet(.ipv4, seconds: 60, capacity: 1_000)
  private static let start = ContinuousClock().now

  private static func net(_ number: UInt32) -> AddressNet { AddressNet(IPAddress(v4: 0x0A00_0000 + number)) }

  /// Entries 0..<count, of which each was last hit so many seconds after the start as its number says.
  private static func entries(_ count: UInt32) -> HeldEntries {
    var entries = HeldEntries()
    for number in 0..<count {
      entries[net(number)] = KernelSets.Held(set: set, last: Int64(number) * 1_000_000_000, since: start)
    }
    return entries
  }

  @Test func itHoldsWhatADictionaryWould() {
    var entries = Self.entries(1_000)
    #expect(entries.count == 1_000)
    #expect((0..<1_000).allSatisfy { entries[Self.net($0)]?.last == Int64($0) * 1_000_000_000 })
    #expect(entries[Self.net(1_000)] == nil)
    #expect(entries.remove(Self.net(7))?.last == 7_000_000_000)
    #expect(entries.remove(Self.net(7)) == nil)
    entries[Self.net(8)] = nil
    #expect(entries.count == 998)
    #expect(Set(entries.filter { $1.last < 10_000_000_000 }.map(\.key)) == Set([0, 1, 2, 3, 4, 5, 6, 9].map(Self.net)))
  }

  @Test func whatHasExpiredGoes() {
    var entries = Self.entries(100)
    // Sixty seconds after its last hit.
    let now = Timestamp(nanoseconds: 99_000_000_000)
    #expect(entries.expiredCount(now) == 40)
    entries.removeExpired(now)
    #expect(entries.count == 60 && entries[Self.net(39)] == nil && entries[Self.net(40)] != nil)
    #expect(entries.expiredCount(now) == 0)
  }

  @Test func aSampleIsOfWhatIsThere() {
    #expect(HeldEntries().sample(of: 5).isEmpty)
    #expect(Set(Self.entries(5).sample(of: 5).map(\.key)) == Set((0..<5).map(Self.net)))
    let entries = Self.entries(500)
    let sample = entries.sample(of: 64)
    #expect(sample.count == 64 && sample.allSatisfy { entries[$0.key]?.last == $0.value.last })
  }

  /// Neighbours, as of a scan, and nets of IPv6, which differ in their first half.
  @Test func neighboursComeIntoManyParts() {
    #expect(Set((0..<1_000).map { HeldEntries.part(of: Self.net($0)) }).count == 64)
    let nets = (0..<1_000 as Range<UInt64>).map {
      AddressNet(IPAddress(high: 0x2001_0DB8 << 32 + $0, low: 0), length: 64)
    }
    #expect(Set(nets.map(HeldEntries.part)).count == 64)
  }
}
