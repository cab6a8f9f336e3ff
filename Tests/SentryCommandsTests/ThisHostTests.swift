import SentryPacket
import SentryRules
import Testing

@testable import SentryCommands

@Test(
  arguments: [
    ("203.0.113.9 50022 192.0.2.7 22", "203.0.113.9 192.0.2.7 22"),
    ("fe80::9%eth0 50022 fe80::7%eth0 2222", "fe80::9 fe80::7 2222"), ("", nil), ("203.0.113.9 50022", nil),
    ("here 1 there 2", nil), ("203.0.113.9 50022 192.0.2.7 99999", nil),
  ] as [(String, String?)])
func theSSHConnectionIsReadFromTheEnvironment(text: String, ends: String?) {
  #expect(ThisHost.connection(in: text).map { "\($0.peer) \($0.address) \($0.port)" } == ends)
}
