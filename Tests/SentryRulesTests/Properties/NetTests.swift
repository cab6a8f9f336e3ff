import SentryPacket
import Testing

@testable import SentryRules

@Test(arguments: [
  ConditionCase("Source net", .equal, "127.0.0.1/28", "its first address", .from("127.0.0.0"), true),
  ConditionCase("Source net", .equal, "127.0.0.1/28", "its last", .from("127.0.0.15"), true),
  ConditionCase("Source net", .equal, "127.0.0.1/28", "the one after", .from("127.0.0.16"), false),
  ConditionCase("Source net", .equal, "192.0.2.10-20", "the one before the range", .from("192.0.2.9"), false),
  ConditionCase("Source net", .equal, "192.0.2.10-20", "its first", .from("192.0.2.10"), true),
  ConditionCase("Source net", .equal, "192.0.2.10-20", "its last", .from("192.0.2.20"), true),
  ConditionCase("Source net", .equal, "192.0.2.10-20", "the one after", .from("192.0.2.21"), false),
  ConditionCase("Source net", .notEqual, "192.0.2.0/24", "an address outside", .from("192.0.3.1"), true),
  ConditionCase("Source net", .notEqual, "192.0.2.0/24", "an address inside", .from("192.0.2.1"), false),
  ConditionCase("Dest net", .equal, "192.0.2.0/24", "a destination inside", .to("192.0.2.255"), true),
  ConditionCase("Dest net", .equal, "192.0.2.0/24", "a source inside", .from("203.0.113.1"), true),
  ConditionCase("Dest net", .equal, "203.0.113.1", "a source", .from("203.0.113.1"), false),
  // Above the start, below the end, as unsigned numbers.
  ConditionCase("Source net", .atLeast, "192.0.2.10-20", "its first", .from("192.0.2.10"), true),
  ConditionCase("Source net", .atLeast, "192.0.2.10-20", "one far above", .from("255.255.255.255"), true),
  ConditionCase("Source net", .atLeast, "192.0.2.10-20", "one below", .from("10.0.0.1"), false),
  ConditionCase("Source net", .atMost, "192.0.2.10-20", "its last", .from("192.0.2.20"), true),
  ConditionCase("Source net", .atMost, "192.0.2.10-20", "0.0.0.0", .from("0.0.0.0"), true),
  ConditionCase("Source net", .atMost, "192.0.2.10-20", "the one after", .from("192.0.2.21"), false),
  // One family at a time.
  ConditionCase("Source net", .equal, "0.0.0.0/0", "any IPv4 address", .from("255.255.255.255"), true),
  ConditionCase("Source net", .equal, "0.0.0.0/0", "an IPv6 address", .from("2001:db8::1"), false),
  ConditionCase("Source net", .equal, "::/0", "any IPv6 address", .from("2001:db8::1"), true),
  ConditionCase("Source net", .equal, "::/0", "the IPv6 loopback", .from("::1"), true),
  ConditionCase("Source net", .equal, "::/0", "an IPv4 address", .from("192.0.2.1"), false),
  ConditionCase("Source net", .atLeast, "192.0.2.1", "an IPv6 address", .from("2001:db8::1"), false),
  ConditionCase("Source net", .atLeast, "::1", "an IPv4 address", .from("192.0.2.1"), false),
  ConditionCase("Source net", .atLeast, "2001:db8::", "an IPv6 address above", .from("fe80::1"), true),
  ConditionCase("Source net", .atMost, "2001:db8::", "an IPv6 address below", .from("::1"), true),
  ConditionCase("Source net", .atMost, "2001:db8::", "an IPv4 address", .from("192.0.2.1"), false),
  ConditionCase("Source net", .notEqual, "192.0.2.0/24", "an IPv6 address", .from("2001:db8::1"), true),
  ConditionCase(
    "Source net", .equal, "2001:db8::/32", "its last", .from("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), true),
  ConditionCase("Source net", .equal, "2001:db8::/32", "the one after", .from("2001:db9::"), false),
  ConditionCase("Source net", .equal, "2001:db8::10 - 2001:db8::20 (lab)", "its last", .from("2001:db8::20"), true),
  ConditionCase("Source net", .equal, "::ffff:192.0.2.1", "the IPv4 address it stands for", .from("192.0.2.1"), true),
])
func net(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
  ("192.0.2.7/24", "192.0.2.0", "192.0.2.255"),
  ("192.0.2.7/32", "192.0.2.7", "192.0.2.7"),
  ("192.0.2.10-192.0.2.20", "192.0.2.10", "192.0.2.20"),
  ("192.0.2.10 - 192.0.2.20", "192.0.2.10", "192.0.2.20"),
  ("192.0.2.10-20", "192.0.2.10", "192.0.2.20"),
  ("192.0.2.10-3.20", "192.0.2.10", "192.0.3.20"),
  ("192.0.2.0/255.255.255.0", "192.0.2.0", "192.0.2.255"),
  ("192.0.2.77/255.255.255.255", "192.0.2.77", "192.0.2.77"),
  ("192.0.2", "192.0.2.0", "192.0.2.0"),
  ("10/8", "10.0.0.0", "10.255.255.255"),
  ("3221225991", "192.0.2.7", "192.0.2.7"),
  ("192.0.2.7-3221225999", "192.0.2.7", "192.0.2.15"),
  ("192.0.2.0/", "192.0.2.0", "192.0.3.255"),
  ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
  ("2001:db8::1", "2001:db8::1", "2001:db8::1"),
  ("2001:db8::1/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
  ("::ffff:192.0.2.1/120", "192.0.2.0", "192.0.2.255"),
])
func netText(_ text: String, _ first: String, _ last: String) throws {
  let range = try NetText.range(Substring(text))
  #expect(range.first == IPAddress(first))
  #expect(range.last == IPAddress(last))
  #expect(try NetText.range(Substring(NetText.text(of: range))) == range, "written and read again")
}

@Test(arguments: [
  ("192.0.2.7", "192.0.2.7"), ("192.0.2.7/24", "192.0.2.0/24"), ("192.0.2.10-20", "192.0.2.10-192.0.2.20"),
  ("192.0.2.2-5", "192.0.2.2-192.0.2.5"), ("0.0.0.0/0", "0.0.0.0/0"), ("2001:db8::1/32", "2001:db8::/32"),
  ("::/0", "::/0"),
])
func writtenNetText(_ text: String, _ written: String) throws {
  #expect(NetText.text(of: try NetText.range(Substring(text))) == written)
}

@Test(arguments: [
  RefusedValue("Source net", "", "'Source net' needs a value"),
  RefusedValue("Source net", "localhost", "expected an address"),
  RefusedValue("Source net", "192.0.2.256", "expected an address"),
  RefusedValue("Source net", "192.0.2.1.5", "expected an address"),
  RefusedValue("Source net", "192.0.2.", "expected an address"),
  RefusedValue("Source net", "4294967296", "expected an address"),
  RefusedValue("Source net", "192.0.2.20-10", "ends before it starts"),
  RefusedValue("Source net", "192.0.2.0/255.0.255.0", "0 bit before a 1 bit"),
  RefusedValue("Source net", "192.0.2.0/x", "expected a number"),
  RefusedValue("Source net", "192.0.2.1-2001:db8::1", "mixes IPv4 and IPv6"),
  RefusedValue("Source net", "2001:db8::1-192.0.2.1", "mixes IPv4 and IPv6"),
  RefusedValue("Source net", "::ffff:192.0.2.1/64", "expected 96 to 128"),
  RefusedValue(
    "Source net", "192.0.2.7/33", "the prefix length 33 of '192.0.2.7/33' is out of range: expected 0 to 32"),
  RefusedValue("Source net", "192.0.2.7/99999999999999999999", "expected 0 to 32"),
  RefusedValue("Source net", "192.0.2.7/-1", "expected a number from 0 to 32 after the '/', found '192.0.2.7/-1'"),
  RefusedValue("Dest net", "2001:db8::/129", "expected 0 to 128"),
  RefusedValue("Dest net", "2001:db8::/", "expected a number from 0 to 128 after the '/'"),
  RefusedValue("Dest net", "2001:db8::/32 (lab", "is not closed"),
  RefusedValue("Dest net", "2001:db8:::1", "expected an address"),
  RefusedValue("Dest net", "192.0.2.0/24-30", "expected a number"),
])
func refusedNet(_ row: RefusedValue) { row.expect() }

/// Values that are read as docs/Classic.md, "Nets", says, and what is said of those that may surprise.
@Test(arguments: [
  ("192.0.2.7", nil),
  ("192.0.2.0/24", nil),
  ("10/8", nil),
  ("192.0.2.7/32", nil),
  ("192.0.2.10-20 (lab)", nil),
  ("192.0.2.10-192.0.2.20", nil),
  ("2001:db8::/32", nil),
  ("2001:db8::10-2001:db8::20", nil),
  ("::ffff:192.0.2.7", "'::ffff:192.0.2.7' is read as 192.0.2.7: it matches IPv4 packets, and IPv6 packets only where"),
  ("::ffff:10.0.0.0/104", "is read as 10.0.0.0/8"),
  ("192.168.1.77/24", "'192.168.1.77/24' is not the start of its net: it matches 192.168.1.0 to 192.168.1.255"),
  ("192.168.1.77/255.255.255.0 (home)", "it matches 192.168.1.0 to 192.168.1.255"),
  ("10.1/8", "it matches 10.0.0.0 to 10.255.255.255"),
  ("2001:db8::1/64", "it matches 2001:db8:: to 2001:db8::ffff:ffff:ffff:ffff"),
  ("192.0.2", "'192.0.2' is read as the one address 192.0.2.0"),
  ("5", "'5' is read as the one address 5.0.0.0"),
  ("3221225991", "'3221225991' is read as the one address 192.0.2.7"),
  ("192.0.2.0/", "'192.0.2.0/' is read as 192.0.2.0/23"),
  ("10-20", "'10-20' is read as 10.0.0.0 to 10.0.0.20"),
  ("192.0.2.10-3.20", "'192.0.2.10-3.20' is read as 192.0.2.10 to 192.0.3.20"),
  ("192.0.2.7-3221225999", "is read as 192.0.2.7 to 192.0.2.15"),
])
func netsThatMaySurprise(_ text: String, _ message: String?) {
  let advice = SourceNetProperty.advice(on: Substring(text))
  #expect(message.map { advice?.message.contains($0) == true } ?? (advice == nil), "\(String(describing: advice))")
}

@Test func theWayToWriteANetIsShown() throws {
  let address = try #require(SourceNetProperty.advice(on: "1.2.3"))
  #expect(!address.isDoubtful && address.hint == "write '1.2.3.0' for the address, '1.2.3.0/24' for the net")
  let net = try #require(SourceNetProperty.advice(on: "192.168.1.77/24"))
  #expect(net.isDoubtful && net.hint == "write '192.168.1.0/24' for the net, '192.168.1.77' for the address alone")
}

@Test func aSurprisingNetIsAFinding() {
  let document = expectDocument(
    """
    ( { enabled = 1; propertyName = "Source net"; propertyValue = «"192.0.2"»; filterActionName = Log; },
      { enabled = 1; propertyName = "Dest net"; propertyValue = «"192.168.1.77/24"»; filterActionName = Log; } )
    """, .oddValue, .oddValue)
  #expect(document.outcome == ["oddValue note", "oddValue warning"])
}
