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

  @Test(
    arguments: [("192.0.2.10", true), ("127.0.0.1", true), ("0.0.0.0/0", false), ("::/0", false), ("10.0.0.0/8", true)])
  func anybodyMayBeAuthorizedButNotEverybody(_ address: String, _ isFine: Bool) throws {
    let objection = AddressObjection(to: [try AddressRange(address)], in: .authorize, own: Self.own)
    #expect((objection == nil) == isFine)
  }
}
