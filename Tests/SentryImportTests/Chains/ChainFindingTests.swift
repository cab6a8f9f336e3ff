import SentryDiagnostics
import SentryImport
import SentryRules
import SentryTestSupport
import Testing

/// Rules of iptables and nftables that cannot be taken over, and files that are odd.
@Suite struct ChainFindingTests {
  private static func iptables(_ rules: String) -> ImportedRules {
    let text = "*filter\n:INPUT ACCEPT [0:0]\n:more - [0:0]\n\(rules)\nCOMMIT\n"
    return ImportedRules(
      iptablesSave: Array(text.utf8), isIPv6: false, fileName: "rules", options: ImportOptions())
  }

  private static func nft(_ rules: String) -> ImportedRules {
    let text = """
      table ip filter {
        chain more { drop
        }
        chain input {
          type filter hook input priority 0; policy accept;
          \(rules)
        }
      }
      """
    return ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
  }

  @Test(arguments: [
    ("-A INPUT -m limit --limit 3/min -j ACCEPT", "match 'limit' has no counterpart"),
    ("-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT", "expected numbers from 0 to 65535"),
    ("-A INPUT -p nosuch -j ACCEPT", "'nosuch' is no protocol"),
    ("-A INPUT -s 192.0.2.0/255.0.255.0 -j ACCEPT", "a mask with gaps"),
    ("-A INPUT -j NFQUEUE --queue-num 1", "target 'NFQUEUE' has no counterpart"),
    ("-A INPUT -m conntrack --ctstate DNAT -j ACCEPT", "state 'DNAT' has no counterpart"),
    ("-A INPUT -j nowhere", "there is no chain 'nowhere'"),
    ("-A INPUT -p tcp -m tcp --tcp-flags SYN NAK -j DROP", "expected flags of TCP"),
    ("-A INPUT -p icmp -m icmp --icmp-type odd -j DROP", "expected a type such as 8"),
    ("-A INPUT -s", "expected an address at the end"),
    ("-X INPUT", "expected a rule, -A CHAIN"),
  ])
  func iptablesSaysWhatIsNotTakenOver(_ rule: String, _ message: String) throws {
    let rules = Self.iptables("\(rule)\n-A INPUT -s 192.0.2.7/32 -j DROP")
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1 && errors.first?.message.contains(message) == true, "\(rules.diagnostics)")
    // On its line.
    #expect(errors.first.map { rules.source.location(of: $0.range.lowerBound).line } == 4)
    #expect(rules.text?.contains("192.0.2.7") == true)
  }

  @Test(arguments: [
    ("limit rate 3/minute accept", "'limit' has no counterpart"),
    ("tcp dport 99999 accept", "expected numbers from 0 to 65535"),
    ("tcp dport > 1024 accept", "'>' is not taken over"),
    ("meta mark 7 accept", "'meta mark' has no counterpart"),
    ("ip saddr @nowhere drop", "what set '@nowhere' holds"),
    ("ct state vmap @states", "a map with a name"),
    ("ct mark 7 accept", "'ct mark' has no counterpart"),
    ("jump nowhere", "there is no chain 'ip filter nowhere'"),
    ("tcp flags & syn accept", "expected '==' or '!='"),
    ("ip saddr 192.0.2.300 drop", "expected an address"),
    ("ip saddr . tcp dport { 192.0.2.1 . 22 } drop", "expected an address"),
    ("queue num 1", "'queue' has no counterpart"),
  ])
  func nftSaysWhatIsNotTakenOver(_ rule: String, _ message: String) throws {
    let rules = Self.nft("\(rule)\n ip saddr 192.0.2.7 drop")
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1 && errors.first?.message.contains(message) == true, "\(rules.diagnostics)")
    #expect(errors.first.map { rules.source.location(of: $0.range.lowerBound).line } == 6)
    #expect(rules.text?.contains("192.0.2.7") == true)
  }

  @Test func chainsThatLeadBackToThemselvesAreTold() {
    let iptables = Self.iptables("-A INPUT -j more\n-A more -s 192.0.2.1/32 -j INPUT")
    #expect(iptables.diagnostics.contains { $0.message == "chain 'INPUT' leads back to itself" })
    #expect(iptables.ruleSet != nil)
    let nft = Self.nft("ip saddr 192.0.2.1 jump input")
    #expect(nft.diagnostics.contains { $0.message == "chain 'ip filter input' leads back to itself" })
  }

  /// Two jumps to the next chain in each: as trees they would be without end.
  @Test func chainsOfManyJumpsEnd() {
    let names = (0..<30).map { ":c\($0) - [0:0]" }.joined(separator: "\n")
    let jumps = (0..<29).map { "-A c\($0) -s 192.0.2.1/32 -j c\($0 + 1)\n-A c\($0) -s 192.0.2.3/32 -j c\($0 + 1)" }
    let rules = Self.iptables("\(names)\n-A INPUT -j c0\n\(jumps.joined(separator: "\n"))\n-A c29 -p tcp -j DROP")
    #expect(rules.ruleSet == nil && rules.diagnostics.contains { $0.message.contains("would become too many") })
  }

  @Test func otherTablesAndHooksAreToldAndLeftOut() throws {
    let nft = ImportedRules(
      nft: Array(
        """
        table ip nat {
          chain post { type nat hook postrouting priority 100; masquerade
          }
        }
        table ip6 filter {
          chain input { type filter hook input priority 0; policy drop;
            ip6 saddr fe80::/10 accept
          }
          chain forward { type filter hook forward priority 0; policy drop;
            accept
          }
        }
        """.utf8), fileName: "rules", options: ImportOptions())
    #expect(nft.diagnostics.count { $0.severity == .warning } == 2, "\(nft.diagnostics)")
    let iptables = Self.iptables(
      "-A INPUT -j DROP\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE")
    #expect(iptables.diagnostics.map(\.id) == [.takenOverDifferently], "\(iptables.diagnostics)")
  }

  @Test(arguments: ["", "table", "table ip x {", "}}}}", "*filter", "hello\n", "{ \"json\": 1 }"])
  func whatHasNoRulesIsRefused(_ text: String) {
    for rules in [
      ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions()),
      ImportedRules(iptablesSave: Array(text.utf8), isIPv6: false, fileName: "rules", options: ImportOptions()),
    ] {
      #expect(rules.ruleSet == nil && rules.diagnostics.contains { $0.id == .notFirewallRules })
    }
  }

  @Test(arguments: 0..<150 as Range<UInt64>)
  func noWordsTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let pool =
      "table ip inet filter { } chain input type hook priority policy drop ; \n tcp dport != 22 , - @x set elements = ct state vmap : accept jump more ( ) & | == \" # -A INPUT -p tcp -m --dport -j ACCEPT ! *filter :INPUT [0:0] / 1.2.3.4/33 -s -g new flags 0x0 log prefix reject with"
      .split(separator: " ").map { String($0) }
    let text = (0..<200).map { _ in pool[Int.random(in: 0..<pool.count, using: &random)] }.joined(separator: " ")
    for prefix in [
      "", "table ip filter { chain input { type filter hook input priority 0; ", "*filter\n:INPUT ACCEPT\n-A INPUT ",
    ] {
      let bytes = Array((prefix + text).utf8)
      for rules in [
        ImportedRules(nft: bytes, fileName: "rules", options: ImportOptions()),
        ImportedRules(iptablesSave: bytes, isIPv6: false, fileName: "rules", options: ImportOptions()),
      ] {
        for finding in rules.diagnostics { _ = finding.rendered(in: rules.source) }
        _ = rules.text
      }
    }
  }
}
