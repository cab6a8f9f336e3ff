import SentryPacket
import Testing

@Suite struct AddressRangeTextTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String, text: String, first: String, last: String, written: String
  }

  @Test(arguments: [
    Form(
      testDescription: "an address", text: "192.0.2.7", first: "192.0.2.7", last: "192.0.2.7", written: "192.0.2.7"),
    Form(
      testDescription: "a net", text: "192.0.2.0/24", first: "192.0.2.0", last: "192.0.2.255", written: "192.0.2.0/24"),
    Form(
      testDescription: "a net with host bits", text: "192.0.2.7/24", first: "192.0.2.0", last: "192.0.2.255",
      written: "192.0.2.0/24"),
    Form(
      testDescription: "everything", text: "0.0.0.0/0", first: "0.0.0.0", last: "255.255.255.255", written: "0.0.0.0/0"),
    Form(
      testDescription: "a net of one", text: "192.0.2.7/32", first: "192.0.2.7", last: "192.0.2.7", written: "192.0.2.7"
    ),
    Form(
      testDescription: "a range", text: "192.0.2.10-192.0.2.20", first: "192.0.2.10", last: "192.0.2.20",
      written: "192.0.2.10-192.0.2.20"),
    Form(
      testDescription: "a short end", text: "192.0.2.10-20", first: "192.0.2.10", last: "192.0.2.20",
      written: "192.0.2.10-192.0.2.20"),
    Form(
      testDescription: "a short end of two parts", text: "192.0.2.10-3.20", first: "192.0.2.10", last: "192.0.3.20",
      written: "192.0.2.10-192.0.3.20"),
    Form(
      testDescription: "a range that is a net", text: "192.0.2.0-192.0.2.127", first: "192.0.2.0", last: "192.0.2.127",
      written: "192.0.2.0/25"),
    Form(
      testDescription: "a range of a net's size that is none", text: "192.0.2.1-192.0.2.4", first: "192.0.2.1",
      last: "192.0.2.4", written: "192.0.2.1-192.0.2.4"),
    Form(
      testDescription: "blanks", text: " 192.0.2.10 - 20 ", first: "192.0.2.10", last: "192.0.2.20",
      written: "192.0.2.10-192.0.2.20"),
    Form(
      testDescription: "an IPv6 address", text: "2001:DB8::0:1", first: "2001:db8::1", last: "2001:db8::1",
      written: "2001:db8::1"),
    Form(
      testDescription: "an IPv6 net", text: "2001:db8::1/64", first: "2001:db8::",
      last: "2001:db8::ffff:ffff:ffff:ffff",
      written: "2001:db8::/64"),
    Form(
      testDescription: "an IPv6 range", text: "2001:db8::1-2001:db8::5", first: "2001:db8::1", last: "2001:db8::5",
      written: "2001:db8::1-2001:db8::5"),
    Form(
      testDescription: "a mapped net", text: "::ffff:192.0.2.0/120", first: "192.0.2.0", last: "192.0.2.255",
      written: "192.0.2.0/24"),
  ])
  func formIsReadAndWritten(_ c: Form) throws {
    let range = try AddressRange(c.text)
    #expect(range.first == IPAddress(c.first))
    #expect(range.last == IPAddress(c.last))
    #expect(range.description == c.written)
    #expect(try AddressRange(range.description) == range)
  }

  @Test(
    arguments: [
      ("", .notAnAddress), ("192.0.2", .notAnAddress), ("192.0.2.1.1", .notAnAddress), ("192.0.2.", .notAnAddress),
      ("192.0.2.1-", .notAnAddress), ("-192.0.2.1", .notAnAddress), ("192.0.2.1-1.2.3.4.5", .notAnAddress),
      ("192.0.2.1-20-30", .notAnAddress), ("192.0.2.1/24/8", .badLength(limit: 32)),
      ("192.0.2.1/", .badLength(limit: 32)),
      ("192.0.2.1/33", .badLength(limit: 32)), ("192.0.2.1/-1", .badLength(limit: 32)),
      ("192.0.2.1/255.255.255.0", .badLength(limit: 32)), ("::/129", .badLength(limit: 128)),
      ("::1/99999999999999999999", .badLength(limit: 128)), ("192.0.2.20-10", .reversed), ("::2-::1", .reversed),
      ("192.0.2.1-::1", .mixedFamilies), ("::1-192.0.2.1", .mixedFamilies), ("::1-20", .mixedFamilies),
      ("::ffff:192.0.2.1/95", .mixedFamilies), ("fe80::1%eth0", .notAnAddress), ("192.0.2.٣", .notAnAddress),
    ] as [(String, AddressRangeTextError)])
  func badTextIsRefused(text: String, error: AddressRangeTextError) {
    #expect(throws: error) { try AddressRange(text) }
    #expect(error.message(about: text).contains("'\(text)'"))
  }
}
