import SentryControl
import SentryPacket
import SentryRules
import Testing

@testable import SentryService

/// What runs a file that was replaced keeps what it was allowed, and the one in its place is decided about by itself.
@Suite struct FormerExecutableTests {
  private var entry: KeptPermission

  init() {
    entry = KeptPermission(path: "/opt/browser", time: 0, by: "root", how: .command)
    allow("one", .inbound, .outbound)
  }

  private mutating func allow(_ sha256: String, _ ways: Direction...) {
    entry.renew(sha256)
    for way in ways { entry.decide(way, .allow) }
  }

  private func permissions(_ direction: Direction) -> [ApplicationPermission?] {
    ["one", "two", "three"].map { entry.permission(direction, sha256: $0) }
  }

  @Test mutating func bothAreAllowedAfterAnUpdate() {
    allow("two", .outbound)
    #expect(permissions(.outbound) == [.allowed, .allowed, .changed])
    #expect(permissions(.inbound) == [.allowed, nil, nil], "the new one may only what was said of it")
    #expect(entry.report.former == FormerExecutableReport(sha256: "one", inbound: true, outbound: true))
    #expect(!entry.isChanged("one") && !entry.isChanged("two") && entry.isChanged("three"))
  }

  @Test mutating func theThirdEndsTheFirst() {
    allow("two", .outbound)
    allow("three", .outbound)
    #expect(permissions(.outbound) == [.changed, .allowed, .allowed])
    #expect(permissions(.inbound) == [nil, nil, nil])
  }

  /// An update that is taken back.
  @Test mutating func theFirstComesBackWithWhatItMay() {
    allow("two", .outbound)
    allow("one")
    #expect(entry.inbound == .allow && entry.outbound == .allow && entry.sha256 == "one")
    #expect(permissions(.outbound) == [.allowed, .allowed, .changed])
    #expect(permissions(.inbound) == [.allowed, .changed, .changed])
  }

  @Test mutating func aDenialEndsBoth() {
    allow("two", .outbound)
    entry.decide(.outbound, .deny)
    #expect(permissions(.outbound) == [.denied, .denied, .denied])
    entry.decide(.outbound, nil)
    #expect(permissions(.outbound) == [nil, nil, nil], "nothing comes back")
    #expect(entry.former == nil && entry.sha256 == nil)
  }

  @Test mutating func oneWayOfBothIsTakenBack() {
    allow("two", .inbound, .outbound)
    entry.decide(.inbound, nil)
    #expect(permissions(.inbound) == [nil, nil, nil])
    #expect(permissions(.outbound) == [.allowed, .allowed, .changed])
  }
}
