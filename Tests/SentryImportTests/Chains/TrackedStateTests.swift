import SentryDiagnostics
import SentryImport
import SentryRules
import Testing

/// iptables-extensions(8), "conntrack": "RELATED: the packet is starting a new connection, but is associated with an existing
/// connection, such as an FTP data transfer or an ICMP error".
@Suite struct TrackedStateTests {
  /// A datagram, another of the same, and an error about its answer.
  private static let packets = [
    "udp 203.0.113.9:4000 > 192.0.2.10:53", "udp 203.0.113.9:4000 > 192.0.2.10:53",
    "icmp 203.0.113.9 > 192.0.2.10 unreachable port quoting ( udp 192.0.2.10:53 > 203.0.113.9:4000 )",
  ]

  /// Whether each packet passes.
  private static func verdicts(_ rules: String) throws -> [Bool] {
    let text = "table ip filter {\n chain input {\n type filter hook input priority 0; policy drop;\n\(rules)\n }\n}\n"
    let imported = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    return try imported.verdicts(on: packets)
  }

  @Test(arguments: [
    ("ct state related drop\naccept", [true, true, false]),
    ("ct state { new, related } accept", [true, false, true]),
    ("ct state { new, established } accept", [true, true, false]),
    ("ct state != established accept", [true, false, true]),
    ("ct state != related accept", [true, true, false]),
    ("ct state new accept\nct state vmap { established : drop, related : accept }", [true, false, true]),
    ("ct state new accept\nct state vmap { established : accept, related : accept }", [true, true, true]),
    ("ct state { new, established, related } accept", [true, true, true]),
  ])
  func relatedAreErrorsAlone(_ rules: String, _ expected: [Bool]) throws {
    #expect(try Self.verdicts(rules) == expected)
  }

  @Test(arguments: ["ip", "ip6", "inet"]) func nothingIsFoundInWhatKeepsErrorsOut(_ family: String) throws {
    let text = """
      table \(family) filter {
        chain input {
          type filter hook input priority 0; policy drop;
          ct state established accept
        }
      }
      """
    let rules = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    let document = RuleDocument(reading: Array(try #require(rules.text).utf8))
    #expect(document.findings(on: nil).filter { $0.severity >= .warning } == [])
  }

  /// What the protocol rules out is not asked.
  @Test func onlyICMPIsAskedForErrors() throws {
    let text = """
      *filter
      :INPUT DROP [0:0]
      -A INPUT -p tcp -m tcp --sport 80 -m state --state ESTABLISHED -j ACCEPT
      -A INPUT -p tcp -m state --state RELATED -j ACCEPT
      COMMIT
      """
    let rules = ImportedRules(
      iptablesSave: Array(text.utf8), isIPv6: false, fileName: "rules", options: ImportOptions())
    #expect(rules.text?.contains("ICMP") == false)
    #expect(rules.diagnostics.contains { $0.message == "no packet comes to rule INPUT 2: it is not in the document" })
  }
}
