import SentryPacket
import Testing

struct AddressSpansTests {
  private func spans(_ texts: String...) throws -> AddressSpans { AddressSpans(try texts.map { try AddressRange($0) }) }

  @Test func whatOverlapsIsJoined() throws {
    let spans = try spans("10.0.0.4-10.0.0.9", "192.0.2.1", "10.0.0.1-10.0.0.5")
    #expect(spans.ranges.map(\.description) == ["10.0.0.1-10.0.0.9", "192.0.2.1"])
  }

  @Test(arguments: [
    ("10.0.0.0", false), ("10.0.0.1", true), ("10.0.0.9", true), ("10.0.0.10", false), ("10.0.0.0/8", true),
    ("9.0.0.0/8", false), ("::/64", true), ("2001:db8::/64", false),
  ])
  func overlaps(_ text: String, expected: Bool) throws {
    #expect(try spans("10.0.0.1-10.0.0.9", "::1").overlaps(try AddressRange(text)) == expected)
  }

  @Test(arguments: [
    ("10.0.0.1", true), ("10.0.0.1-10.0.0.19", true), ("10.0.0.0-10.0.0.9", false), ("10.0.0.15-10.0.0.20", false),
    ("10.0.0.20", false), ("192.0.2.1", false), ("255.255.255.255", true),
  ])
  func coversAcrossItsParts(_ text: String, expected: Bool) throws {
    let spans = try spans("10.0.0.1-10.0.0.9", "10.0.0.10-10.0.0.19", "255.255.255.255")
    #expect(spans.covers(try AddressRange(text)) == expected)
  }

  /// A short list is gone through, a long one halved: both give the same answers.
  @Test(arguments: [3, 40])
  func containsTheAddressesOfItsRanges(count: UInt32) {
    let spans = AddressSpans((1...count).map { AddressRange(prefix: IPAddress(v4: $0 * 16), length: 126) })
    for number in 0...(count + 1) * 16 {
      let isInside = number >= 16 && number < (count + 1) * 16 && number % 16 < 4
      #expect(spans.contains(IPAddress(v4: number)) == isInside, "\(number)")
    }
  }

  @Test func insertingKeepsTheOrder() throws {
    var spans = try spans("10.0.0.5", "10.0.0.9")
    for text in ["10.0.0.7", "10.0.0.1", "192.0.2.0/24", "10.0.0.6-10.0.0.8"] { spans.insert(try AddressRange(text)) }
    #expect(
      spans.ranges.map(\.description) == ["10.0.0.1", "10.0.0.5", "10.0.0.6-10.0.0.8", "10.0.0.9", "192.0.2.0/24"])
  }

  @Test func theRestOfARange() throws {
    let rest = try spans("10.0.0.1", "10.0.0.4-10.0.0.20").rest(of: try AddressRange("10.0.0.0-10.0.0.9"))
    #expect(rest.map(\.description) == ["10.0.0.0", "10.0.0.2/31"])
  }
}
