import SentryPacket
import Testing

struct IPAddressTests {
  private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test(
    "the first and last address of a prefix, counted in the 128-bit form",
    arguments: [
      ("2001:db8::1234", 0, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      ("2001:db8:ffff::1", 33, "2001:db8:8000::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
      ("2001:db8::1:2:3:4", 64, "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
      ("2001:db8::1:2:3:4", 65, "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff"),
      ("2001:db8::1234", 128, "2001:db8::1234", "2001:db8::1234"),
      ("192.0.2.7", 120, "192.0.2.0", "192.0.2.255"),
      ("192.0.2.7", 96, "0.0.0.0", "255.255.255.255"),
      // Out of range: the nearest length.
      ("192.0.2.7", 200, "192.0.2.7", "192.0.2.7"),
      ("192.0.2.7", -1, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func prefix(text: String, length: Int, first: String, last: String) throws {
    let address = try Self.address(text)
    #expect(try address.masked(to: length) == Self.address(first))
    #expect(try address.last(ofPrefix: length) == Self.address(last))
    let range = AddressRange(prefix: address, length: length)
    #expect(try range == AddressRange(first: Self.address(first), last: Self.address(last)))
    #expect(range.contains(address))
  }

  @Test func rangesHoldBothEnds() throws {
    let first = try Self.address("192.0.2.10")
    let last = try Self.address("192.0.2.20")
    let range = try #require(AddressRange(first: first, last: last))
    #expect(range.contains(first) && range.contains(last))
    #expect(try !range.contains(Self.address("192.0.2.9")) && !range.contains(Self.address("192.0.2.21")))
    #expect(AddressRange(first: last, last: first) == nil)
  }

  @Test("unsigned order: the high half of the addresses lies above the low half")
  func order() throws {
    let texts = ["::", "::1", "0.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.255", "2001:db8::", "8000::"]
    let addresses = try texts.map(Self.address)
    #expect(addresses.sorted() == addresses)
  }

  @Test(arguments: [
    ("10.0.0.0", true), ("10.255.255.255", true), ("11.0.0.0", false), ("172.15.255.255", false), ("172.16.0.0", true),
    ("172.31.255.255", true), ("172.32.0.0", false), ("192.168.0.1", true), ("192.169.0.0", false),
    ("169.254.1.1", true), ("203.0.113.9", false), ("fc00::1", true), ("fdff::1", true), ("fe00::1", false),
    ("fe80::1", true), ("febf::1", true), ("fec0::1", false), ("2001:db8::1", false),
  ])
  func isPrivate(text: String, expected: Bool) throws {
    #expect(try Self.address(text).isPrivate == expected)
  }

  /// RFC 4291 §2.5.6: fe80::/10.
  @Test(arguments: [
    ("fe80::", true), ("febf:ffff::1", true), ("fe7f::1", false), ("fec0::1", false), ("::1", false),
    ("169.254.1.1", false),
  ])
  func isIPv6LinkLocal(text: String, expected: Bool) throws {
    #expect(try Self.address(text).isIPv6LinkLocal == expected)
  }

  /// RFC 4291 §2.5.6, and RFC 6052 §2.1: 64:ff9b::/96.
  @Test(arguments: [
    ("fe80::1", true), ("64:ff9b::c000:201", true), ("64:ff9b::ffff:ffff", true), ("64:ff9b::1:0:0", false),
    ("64:ff9b:1::1", false), ("2001:db8::1", false), ("192.0.2.1", false),
  ])
  func countsWhole(text: String, expected: Bool) throws { #expect(try Self.address(text).countsWhole == expected) }

  @Test(arguments: [
    ("192.0.2.1", true), ("0.0.0.0", false), ("223.255.255.255", true), ("224.0.0.1", false),
    ("255.255.255.255", false), ("2001:db8::1", true), ("::", false), ("::1", true), ("ff02::1", false),
  ])
  func isUnicast(text: String, expected: Bool) throws {
    #expect(try Self.address(text).isUnicast == expected)
  }

  @Test func familyAndValue() throws {
    #expect(try Self.address("192.0.2.1").v4 == 0xC000_0201)
    #expect(try Self.address("::ffff:192.0.2.1").isIPv4)
    #expect(try Self.address("::192.0.2.1").v4 == nil)
    #expect(try !Self.address("2001:db8::1").isIPv4)
  }
}
