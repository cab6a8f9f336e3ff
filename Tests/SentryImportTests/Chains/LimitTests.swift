import SentryDiagnostics
import SentryImport
import SentryRules
import Testing

/// Rules for so many packets in a time: whether a packet passes must not depend on how many there are.
@Suite struct LimitTests {
  private static func iptables(_ rules: String, policy: String) -> ImportedRules {
    let text = "*filter\n:INPUT \(policy) [0:0]\n:more - [0:0]\n\(rules)\nCOMMIT\n"
    return ImportedRules(iptablesSave: Array(text.utf8), isIPv6: false, fileName: "rules", options: ImportOptions())
  }

  private static func severities(_ rules: ImportedRules) -> [Diagnostic.Severity] {
    rules.diagnostics.filter { $0.message.contains("limit") }.map(\.severity)
  }

  @Test(arguments: [
    // Who is not told is dropped, too.
    ("-A INPUT -p tcp -m limit --limit 5/sec -j REJECT", "DROP", Diagnostic.Severity.warning),
    ("-A INPUT -p tcp -m limit --limit 5/sec -j REJECT\n-A INPUT -j LOG\n-A INPUT -j DROP", "ACCEPT", .warning),
    ("-A INPUT -p tcp -m limit --limit 5/sec -j REJECT", "ACCEPT", .error),
    ("-A INPUT -p tcp -m limit --limit 5/sec -j REJECT\n-A INPUT -s 192.0.2.1/32 -j ACCEPT", "DROP", .error),
    ("-A INPUT -p tcp -m limit --limit 5/sec -j REJECT\n-A INPUT -j more", "DROP", .error),
    ("-A INPUT -j more\n-A more -m limit --limit 5/sec -j REJECT", "DROP", .error),
    ("-A INPUT -j more\n-A more -m limit --limit 5/sec -j REJECT\n-A more -j REJECT", "ACCEPT", .warning),
    // Who does not return is logged.
    ("-A INPUT -j more\n-A more -p tcp -m limit --limit 3/min -j RETURN\n-A more -j LOG", "ACCEPT", .warning),
    ("-A INPUT -j more\n-A more -p tcp -m limit --limit 3/min -j RETURN\n-A more -j DROP", "ACCEPT", .error),
    // Where it leads to, nothing is done but logging.
    ("-A INPUT -m limit --limit 3/min -j more\n-A INPUT -j DROP\n-A more -j LOG", "ACCEPT", .warning),
    ("-A INPUT -m limit --limit 3/min -j more\n-A more -j LOG\n-A more -j DROP", "ACCEPT", .error),
    ("-A INPUT -m limit --limit 3/min -g more\n-A INPUT -j DROP\n-A more -j LOG", "ACCEPT", .error),
    ("-A INPUT -p icmp -m limit --limit 1/sec -j ACCEPT\n-A INPUT -p icmp -j DROP", "ACCEPT", .error),
    ("-A INPUT -m limit --limit 9/sec -j DROP", "ACCEPT", .error),
  ])
  func onlyWhatIsToldMayBeLimited(_ rules: String, _ policy: String, _ severity: Diagnostic.Severity) {
    let imported = Self.iptables(rules, policy: policy)
    #expect(Self.severities(imported) == [severity], "\(imported.diagnostics)")
  }

  @Test func whoIsRejectedInPartIsRejected() {
    let text = """
      table inet filter {
        chain input {
          type filter hook input priority filter; policy drop;
          tcp dport 22 accept
          pkttype host limit rate 5/second burst 5 packets counter reject with icmpx type admin-prohibited
          counter
        }
      }
      """
    let rules = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    #expect(Self.severities(rules) == [.warning], "\(rules.diagnostics)")
    #expect(rules.text?.contains("Reject") == true)
  }
}
