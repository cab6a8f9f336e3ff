import SentryPacket
import Testing

@testable import SentryService

struct SparedEntriesTests {
  @Test(arguments: [
    (["192.0.2.9"], "1 entry left table trigger, for addresses that are protected now: 192.0.2.9"),
    (
      ["198.51.100.0/28", "192.0.2.9", "2001:db8::7"],
      "3 entries left table trigger, for addresses that are protected now: 192.0.2.9, 198.51.100.0/28, 2001:db8::7"
    ),
    (
      ["192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"],
      "5 entries left table trigger, for addresses that are protected now: 192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more"
    ),
  ])
  func theFirstAreNamed(entries: [String], notice: String) throws {
    #expect(SparedEntries.notice(try entries.map { try AddressRange($0) }) == notice)
  }

  @Test func nothingIsSaidOfNone() { #expect(SparedEntries.notice([]) == nil) }
}
