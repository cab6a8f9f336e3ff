import SentryPacket
import Testing

@testable import SentryNetfilter

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
