import SentryImport
import Testing

/// af.plist(5) and the lists of afctl(8).
@Suite struct AdaptiveFirewallFileTests {
  @Test func settingsAndListsAreTold() {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <plist version="1.0"><dict>
        <key>blacklist_file</key><string>/var/db/af/blacklist</string>
        <key>whitlist_file</key><string>/var/db/af/whitelist</string>
        <key>default_timeout</key><string>15</string>
        <key>start_behavior</key><string>enable</string>
      </dict></plist>
      """
    let file = AdaptiveFirewallFile(Array(text.utf8), fileName: "af.plist", now: 0)
    #expect(
      file.lines == [
        "# for your document: settings = { logins = { block = 15m; }; }",
        "# its lists: /var/db/af/blacklist /var/db/af/whitelist",
      ])
    #expect(file.problems.isEmpty)
  }

  @Test func whoIsBlockedIsSoUntilHisTimeIsOver() {
    let text = """
      # Address\tExpiration date\tRule#
      203.0.113.9 1338545700 32768
      198.51.100.0/24
      203.0.113.10 1338540000 32769
      2001:db8::9 2012-06-01 10:15:00 +0000 32770
      nonsense
      """
    let file = AdaptiveFirewallFile(Array(text.utf8), fileName: "/var/db/af/blacklist", now: 1_338_545_400)
    #expect(
      file.lines == [
        "203.0.113.9\ttrigger\tblacklist of af\t300s", "198.51.100.0/24\ttrigger\tblacklist of af",
        "2001:db8::9\ttrigger\tblacklist of af\t300s",
      ])
    #expect(
      file.problems.count == 1 && file.problems[0].hasPrefix("/var/db/af/blacklist:6: error: "), "\(file.problems)")
  }

  @Test func whatIsNoTimeOrOverIsTold() {
    let file = AdaptiveFirewallFile(
      Array("203.0.113.11 15\n203.0.113.12 1338540000\n".utf8), fileName: "blacklist", now: 1_338_545_400)
    #expect(file.lines == ["203.0.113.11\ttrigger\tblacklist of af"])
    #expect(file.problems == ["blacklist:1: error: '15' is no time: 203.0.113.11 is blocked without an end"])
    #expect(file.overCount == 1)
  }

  @Test func aPropertyListOfSomethingElseIsTold() {
    let text = "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>other</key><string>15</string></dict></plist>"
    let file = AdaptiveFirewallFile(Array(text.utf8), fileName: "af.plist", now: 0)
    #expect(file.lines.isEmpty && file.problems.count == 1 && file.problems[0].contains("no key"))
  }

  @Test func whoIsAllowedIsSo() {
    let file = AdaptiveFirewallFile(Array("127.0.0.1\n192.168.1.0/24\n".utf8), fileName: "whitelist", now: 0)
    #expect(
      file.lines == [
        "127.0.0.1\tauthorize\tallowed by af\tunlimited", "192.168.1.0/24\tauthorize\tallowed by af\tunlimited",
      ])
  }

  @Test(arguments: ["<?xml version=\"1.0\"?><plist><dict>", "bplist00"])
  func aDamagedPropertyListIsTold(_ text: String) {
    #expect(AdaptiveFirewallFile(Array(text.utf8), fileName: "af.plist", now: 0).problems.count == 1)
  }
}
