import SentryPacket
import SentryTestSupport
import Testing

struct IPAddressTextTests {
  @Test(
    "reads every form of RFC 4291 §2.2 and writes the one of RFC 5952",
    arguments: [
      // Examples of RFC 5952 §1 to §4.
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8:0:0:1::1", "2001:db8::1:0:0:1"),
      ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
      ("2001:db8::0001", "2001:db8::1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"),
      // Examples of RFC 4291 §2.2.
      ("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"),
      ("FF01::101", "ff01::101"),
      ("::1", "::1"),
      ("::", "::"),
      ("0:0:0:0:0:0:13.1.68.3", "::d01:4403"),
      ("::FFFF:129.144.52.38", "129.144.52.38"),
      // Edges.
      ("1::", "1::"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
      ("::ffff:c000:0201", "192.0.2.1"),
      ("0.0.0.0", "0.0.0.0"),
      ("255.255.255.255", "255.255.255.255"),
    ])
  func readsAndWrites(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-1", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4", "1.2.3.04",
    "1.2.3.4 ",
    " 1.2.3.4", "0x1.2.3.4", "1.2.3.a", "1.2.3.4/24", "999.1.1.1", "1.2.3.1000",
    ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:::2",
    "12345::", "g::", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "fe80::1%eth0", "2001:db8::/32", "::1.2.3", "::1.2.3.4.5",
    "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.256", "::ffff:01.2.3.4",
  ])
  func refuses(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func refusesEndlessText() {
    #expect(IPAddress(String(repeating: "1:", count: 100_000)) == nil)
    #expect(IPAddress(String(repeating: "1.", count: 100_000)) == nil)
  }

  @Test("the parts of an address stand where RFC 4291 puts them")
  func value() {
    #expect(IPAddress("1:2:3:4:5:6:7:8") == IPAddress(high: 0x1_0002_0003_0004, low: 0x5_0006_0007_0008))
    #expect(IPAddress("192.0.2.1") == IPAddress(v4: 0xC000_0201))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsWrittenReadsTheSame(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<50 {
      // Few bits set, so that runs of zeros of every length occur.
      let mask = random.next() & random.next() & random.next()
      let address = IPAddress(high: random.next() & mask, low: random.next() & mask & random.next())
      #expect(IPAddress(address.description) == address)
    }
  }
}
