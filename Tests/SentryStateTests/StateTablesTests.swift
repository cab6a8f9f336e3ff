import SentryPacket
import Testing

@testable import SentryState

private let hour = AddressDuration(seconds: 3_600)

@Suite struct StateTablesTests {
  @Test func theDefaultSizesAreThoseOfTheDocumentation() {
    let settings = StateSettings()
    #expect(settings.addressCapacity == 131_072)
    #expect(settings.connectionCapacity == 262_144)
    #expect(settings.fragmentCapacity == 16_384)
    #expect(settings.delayCapacity == 256)
    #expect(settings.delayNanoseconds == 750_000_000)
    #expect(settings.triggerIPv6PrefixLength == 64)
  }

  @Test(arguments: AddressTableKind.allCases)
  func theFourAddressTablesAreSeparate(kind: AddressTableKind) {
    var tables = StateTables()
    let address = ip("203.0.113.9")
    #expect(tables.keep(address, in: kind, now: at(0), duration: hour, triggeredBy: 3) == .added)
    #expect(tables.keep(address, in: kind, now: at(1), duration: hour, triggeredBy: 3) == .refreshed)
    for other in AddressTableKind.allCases {
      #expect((tables.find(in: other, address, now: at(1)) != nil) == (other == kind))
      #expect(tables.count(of: other) == (other == kind ? 1 : 0))
      #expect(tables.additions(to: other) == (other == kind ? 1 : 0))
      #expect(tables.entries(of: other, now: at(1)).map(\.address) == (other == kind ? [address] : []))
    }
    guard let slot = tables.find(in: kind, address, now: at(1)) else { return }
    tables.hit(slot, in: kind, now: at(2))
    #expect(tables.matchCount(of: slot, in: kind) == 2)
    tables.resetMatchCount(of: slot, in: kind)
    #expect(tables.matchCount(of: slot, in: kind) == 0)
    #expect(tables.count(of: kind, now: at(3_602)) == 0)
    #expect(tables.remove(address, from: kind) == true)
    #expect(tables.remove(address, from: kind) == false)
  }

  @Test(arguments: AddressTableKind.allCases)
  func rangesOfOneTableAreNotInTheOthers(kind: AddressTableKind) {
    var tables = StateTables()
    let addition = AddressAddition(range: range("203.0.113.0/24"), duration: hour, triggeredBy: 3)
    #expect(tables.add([addition], to: kind, now: at(0)) == 1)
    for other in AddressTableKind.allCases {
      #expect((tables.find(in: other, ip("203.0.113.9"), now: at(0)) != nil) == (other == kind))
    }
    #expect(tables.unsortedEntries(of: kind, now: at(0)).map(\.range) == [range("203.0.113.0/24")])
    #expect(tables.remove(range("203.0.113.0/24"), from: kind) == true)
    #expect(tables.count(of: kind) == 0)
  }

  @Test(arguments: AddressTableKind.allCases)
  func onlyTheTriggerTableGroupsIPv6(kind: AddressTableKind) {
    var tables = StateTables()
    tables.keep(ip("2001:db8::1"), in: kind, now: at(0), duration: hour, triggeredBy: 0)
    #expect((tables.find(in: kind, ip("2001:db8::2"), now: at(0)) != nil) == (kind == .trigger))
  }

  @Test func sweepsGoThroughAllTables() {
    var tables = Self.filled()
    tables.expire(now: at(3_600))
    for kind in AddressTableKind.allCases { #expect(tables.count(of: kind) == 0) }
    #expect(tables.connections.count == 0)
    #expect(tables.fragments.count == 0)
    #expect(tables.delays.count == 1)
  }

  @Test func removeAllForgetsEverything() {
    var tables = Self.filled()
    tables.removeAll()
    for kind in AddressTableKind.allCases { #expect(tables.count(of: kind) == 0) }
    #expect(tables.connections.count == 0)
    #expect(tables.fragments.count == 0)
    #expect(tables.delays.count == 0)
  }

  @Test func otherSettingsKeepWhatFits() {
    var tables = Self.filled()
    for number in 1...3 as ClosedRange<Int64> {
      for kind in AddressTableKind.allCases {
        tables.keep(ip("192.0.2.\(number)"), in: kind, now: at(number), duration: hour, triggeredBy: 0)
      }
    }
    var settings = StateSettings()
    settings.addressCapacity = 2
    settings.connectionCapacity = 1
    settings.fragmentCapacity = 1
    settings.delayCapacity = 1
    settings.delayNanoseconds = 0
    settings.triggerIPv6PrefixLength = 48
    tables.apply(settings, now: at(3))
    #expect(tables.settings == settings)
    for kind in AddressTableKind.allCases {
      #expect(tables.entries(of: kind, now: at(3)).map(\.address) == [ip("192.0.2.2"), ip("192.0.2.3")])
      #expect(tables.evictions(from: kind) == 2)
    }
    #expect(tables.connections.capacity == 1)
    #expect(tables.connections.count == 1)
    #expect(tables.fragments.capacity == 1)
    #expect(tables.fragments.count == 1)
    #expect(tables.delays.capacity == 1)
    #expect(tables.delays.release(upTo: at(3)) == 1)
    tables.keep(ip("2001:db8:0:1::1"), in: .trigger, now: at(4), duration: hour, triggeredBy: 0)
    #expect(tables.entries(of: .trigger, now: at(4)).last?.range.prefixLength == 48)
  }

  @Test func whatOnlySomeRulesNeedIsThereWhileTheyDo() {
    var tables = StateTables()
    #expect(tables.sourceRates?.count == nil)
    #expect(tables.handshakes?.count == nil)
    var settings = StateSettings()
    settings.countsSources = true
    settings.keepsHandshakes = true
    settings.addressCapacity = 2
    tables.apply(settings, now: at(0))
    #expect(tables.sourceRates?.capacity == 2)
    #expect(tables.handshakes?.count == 0)
    tables.sourceRates?.count(ip("192.0.2.1"), now: at(0))
    tables.apply(settings, now: at(0))
    #expect(tables.sourceRates?.count == 1)
    tables.expire(now: at(2))
    #expect(tables.sourceRates?.count == 0)
    tables.apply(StateSettings(), now: at(2))
    #expect(tables.sourceRates?.count == nil)
    #expect(tables.handshakes?.count == nil)
  }

  @Test func sourcesAreCountedByTheNetOfTheTriggerTable() {
    var settings = StateSettings()
    settings.countsSources = true
    settings.triggerIPv6PrefixLength = 48
    var tables = StateTables(settings)
    tables.sourceRates?.count(ip("2001:db8:0:1::1"), now: at(0))
    #expect(tables.sourceRates?.rate(of: ip("2001:db8:0:2::1"), now: at(1)) == 1)
    settings.triggerIPv6PrefixLength = 64
    tables.apply(settings, now: at(1))
    tables.sourceRates?.count(ip("2001:db8:0:1::1"), now: at(1))
    #expect(tables.sourceRates?.rate(of: ip("2001:db8:0:2::1"), now: at(2)) == 0)
    #expect(tables.sourceRates?.rate(of: ip("2001:db8:0:1::9"), now: at(2)) == 1)
  }

  @Test func theSameSettingsLeaveSlotsValid() {
    var tables = Self.filled()
    guard let slot = tables.find(in: .trigger, ip("203.0.113.9"), now: at(0)) else {
      Issue.record("the address is not there")
      return
    }
    tables.apply(tables.settings, now: at(1))
    tables.hit(slot, in: .trigger, now: at(1))
    #expect(tables.entries(of: .trigger, now: at(1)).map(\.matchCount) == [2])
  }

  /// One entry in each table, made at the start.
  private static func filled() -> StateTables {
    var tables = StateTables()
    for kind in AddressTableKind.allCases {
      tables.keep(ip("203.0.113.9"), in: kind, now: at(0), duration: hour, triggeredBy: 0)
    }
    let packet = PacketFields.udp(from: "203.0.113.9", 1, to: "192.0.2.1", 2)
      .fragment(identification: 1, offset: 0, more: true)
    tables.connections.enter(FlowKey(packet, direction: .inbound), packet, now: at(0), interface: 0)
    tables.fragments.remember(packet, now: at(0))
    _ = tables.delays.hold(at(0))
    return tables
  }
}
