import SentryPacket
import SentryState
import Testing

@testable import SentryService

/// Addresses entered by hand that are most likely a mistake, on a host with 192.0.2.10 and 2001:db8::10.
@Suite struct AddressObjectionTests {
  private static let own = ["192.0.2.10", "2001:db8::10"].compactMap { IPAddress($0) }

  @Test(
    arguments: [
      ("203.0.113.9", nil), ("2001:db8:1::/48", nil), ("192.0.2.0-9", nil), ("223.255.255.255", nil),
      ("126.0.0.0/8", nil), ("fe80::1", nil),
      ("127.0.0.1", "127.0.0.1 is loopback"), ("127.0.0.0/8", "127.0.0.0/8 is loopback"), ("::1", "::1 is loopback"),
      ("0.0.0.0", "0.0.0.0 is the unspecified address"), ("::", ":: is the unspecified address"),
      ("0.0.0.0/0", "0.0.0.0/0 is every IPv4 address"), ("::/0", "::/0 is every address"),
      ("0.0.0.0/1", "0.0.0.0/1 includes the unspecified address"), ("224.0.0.251", "224.0.0.251 is multicast"),
      ("ff02::1", "ff02::1 is multicast"), ("240.0.0.0/4", "240.0.0.0/4 includes the broadcast address"),
      ("192.0.2.10", "192.0.2.10 is an address of this host"),
      ("192.0.2.0/24", "192.0.2.0/24 includes 192.0.2.10, an address of this host"),
      ("2001:db8::/64", "2001:db8::/64 includes 2001:db8::10, an address of this host"),
    ] as [(String, String?)])
  func objection(_ address: String, _ expected: String?) throws {
    let ranges = [try AddressRange("203.0.113.1"), try AddressRange(address)]
    for kind in AddressTableKind.allCases where kind != .authorize {
      let objection = AddressObjection(to: ranges, in: kind, own: Self.own)
      #expect(objection?.message == expected.map { $0 + "; nothing was entered" })
    }
  }

  private static let protected = [
    ("203.0.113.9", .settings), ("198.51.100.0/24", .settings), ("2001:db8:1::5", .login),
  ]
  .compactMap { (text: String, reason: ProtectedAddress.Reason) in
    (try? AddressRange(text)).map { ProtectedAddress($0, reason) }
  }

  @Test(
    arguments: [
      ("203.0.113.8", nil, true), ("203.0.113.9", "203.0.113.9 is protected (settings.protected)", false),
      (
        "203.0.113.0/24", "203.0.113.0/24 includes what is protected: 203.0.113.9 is protected (settings.protected)",
        true
      ),
      (
        "198.51.100.7", "198.51.100.7 lies in what is protected: 198.51.100.0/24 is protected (settings.protected)",
        false
      ),
      (
        "198.51.100.255-198.51.101.4",
        "198.51.100.255-198.51.101.4 includes what is protected: 198.51.100.0/24 is protected (settings.protected)",
        true
      ),
      ("2001:db8:1::/64", "2001:db8:1::/64 includes what is protected: 2001:db8:1::5 is protected (SSH login)", true),
      ("2001:db8:1::4", nil, true), ("::1:0:0:0/80", nil, true),
    ] as [(String, String?, Bool)])
  func protectedAddressesAreNotTriggeredByHand(_ address: String, _ expected: String?, canBeForced: Bool) throws {
    let ranges = [try AddressRange(address)]
    let objection = AddressObjection(to: ranges, in: .trigger, own: Self.own, protected: Self.protected)
    #expect(objection?.message == expected.map { $0 + "; nothing was entered" })
    #expect(objection?.canBeForced ?? true == canBeForced)
    let last = AddressObjection(to: ranges, in: .trigger, own: Self.own, protected: Self.protected, isForced: true)
    #expect((last == nil) == canBeForced)
    for kind in [AddressTableKind.address, .authorize, .invalid] {
      #expect(AddressObjection(to: ranges, in: kind, own: Self.own, protected: Self.protected) == nil)
    }
  }

  @Test(
    arguments: [("192.0.2.10", true), ("127.0.0.1", true), ("0.0.0.0/0", false), ("::/0", false), ("10.0.0.0/8", true)])
  func anybodyMayBeAuthorizedButNotEverybody(_ address: String, _ isFine: Bool) throws {
    let objection = AddressObjection(to: [try AddressRange(address)], in: .authorize, own: Self.own)
    #expect((objection == nil) == isFine)
  }
}
