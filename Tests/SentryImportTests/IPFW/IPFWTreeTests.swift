import SentryImport
import SentryPacket
import SentryRules
import Testing

/// How trees look: what people read.
@Suite struct IPFWTreeTests {
  private static func tree(_ lines: String...) throws -> [String] {
    var options = ImportOptions()
    options.ownAddresses = [IPAddress(v4: 0xC000_020A)]
    options.defaultAction = .allow
    let text = lines.joined(separator: "\n")
    let rules = ImportedRules(ipfw: Array(text.utf8), fileName: "rules", options: options)
    return try #require(rules.ruleSet, "\(rules.diagnostics)").rules.map { rule in
      let value = rule.value.isEmpty ? "" : " \(rule.relation.name) \(rule.value)"
      let action = rule.action.name == "->" ? "" : " \(rule.action.name)"
      return String(repeating: "  ", count: rule.depth) + "\(rule.property.name)\(value)\(action): \(rule.name)"
    }
  }

  @Test func whatNeighboursHaveInCommonStandsAboveThem() throws {
    let tree = try Self.tree(
      "00100 deny ip from 192.0.2.1 to any in",
      "00200 deny ip from 192.0.2.2 to any in",
      "00300 deny ip from 192.0.2.3 to any",
      "65535 allow ip from any to any")
    #expect(
      tree == [
        "Direction == inbound: 00100-00200",
        "  Source net == 192.0.2.1 Delete no log: 00100 deny ip from 192.0.2.1 to any in",
        "  Source net == 192.0.2.2 Delete no log: 00200 deny ip from 192.0.2.2 to any in",
        "Source net == 192.0.2.3 Delete no log: 00300 deny ip from 192.0.2.3 to any",
        "Any Pass: 65535 allow ip from any to any",
      ])
  }

  @Test func laterFragmentsHaveATreeOfTheirOwn() throws {
    let tree = try Self.tree(
      "00100 allow ip from any to any via lo0", "00200 allow tcp from any to any 22,80",
      "65535 deny ip from any to any")
    #expect(
      tree == [
        "IPFragmentOffset == 1-8191: later fragments",
        "  Interface == lo0 Pass: 00100 allow ip from any to any via lo0",
        "  Any Delete no log: 65535 deny ip from any to any",
        "Interface == lo0 Pass: 00100 allow ip from any to any via lo0",
        "Protocol == TCP: 00200 allow tcp from any to any 22,80",
        "  Dest port == 22 Pass: 00200",
        "  Dest port == 80 Pass: 00200",
        "Any Delete no log: 65535 deny ip from any to any",
      ])
  }

  @Test func aListThatSeveralRulesShareIsAskedOnce() throws {
    let tree = try Self.tree(
      "00100 deny ip from 192.0.2.1,192.0.2.3 to any ipttl 1",
      "00200 allow ip from 192.0.2.1,192.0.2.3 to any ipttl 2", "65535 deny ip from any to any")
    #expect(
      tree == [
        "Any Group: 00100-00200",
        "  Source net != 192.0.2.1: ",
        "    Source net != 192.0.2.3 Exit group: ",
        "  TTL == 1 Delete no log: 00100 deny ip from 192.0.2.1,192.0.2.3 to any ipttl 1",
        "  TTL == 2 Pass: 00200 allow ip from 192.0.2.1,192.0.2.3 to any ipttl 2",
        "Any Delete no log: 65535 deny ip from any to any",
      ])
  }

  /// FreeBSD reads on behind a comma, "to make lists of addresses more readable".
  @Test func blanksBehindCommasAreNone() throws {
    let spaced = try Self.tree(
      "00100 allow tcp from 192.0.2.1, 192.0.2.3,\t192.0.2.5 to any dst-port 22, 80-90 in // one, two",
      "00200 allow ip from 192.0.2.0/24{1, 3} 53, 80 to any 0, 8", "65535 deny ip from any to any")
    let plain = try Self.tree(
      "00100 allow tcp from 192.0.2.1,192.0.2.3,192.0.2.5 to any dst-port 22,80-90 in // one, two",
      "00200 allow ip from 192.0.2.0/24{1,3} 53,80 to any 0,8", "65535 deny ip from any to any")
    #expect(spaced == plain && plain.contains { $0.contains("Dest port != 80-90") })
  }

  /// RFC 3246 §2.7, RFC 2597 §6, RFC 2474 §4.2.2.
  @Test(arguments: ["ef,af11,cs1", "46,10,8", "8,EF,af11"]) func classesOfServiceAreTheirNumbers(_ classes: String)
    throws
  {
    let tree = try Self.tree("00100 deny ip from any to any dscp \(classes)", "65535 allow ip from any to any")
    let asked = tree.filter { $0.contains("DSCP") }.compactMap { $0.split(separator: " ").dropFirst(2).first }
    #expect(Set(asked) == ["46", "10", "8"])
  }

  @Test func statesOfOneDirectionStandTogether() throws {
    let tree = try Self.tree(
      "00100 check-state", "00200 allow udp from me to any 53 keep-state",
      "00300 allow udp from me to any 123 keep-state",
      "65535 deny ip from any to any")
    #expect(tree.count { $0.contains("net == 192.0.2.10: 00100") } == 2, "\(tree.joined(separator: "\n"))")
  }

  @Test func whatIsSkippedIsAGroup() throws {
    let tree = try Self.tree(
      "00100 skipto 400 ip from 192.0.2.1 to any", "00200 deny ip from any to any in", "00300 count ip from any to any",
      "00400 allow ip from any to any")
    #expect(
      tree.prefix(5) == [
        "Any Group: 00100 up to 00400",
        "  Source net == 192.0.2.1 Exit group: 00100 skipto 400 ip from 192.0.2.1 to any",
        "  Direction == inbound Delete no log: 00200 deny ip from any to any in",
        "  Any: 00300 count ip from any to any",
        "Any Pass: 00400 allow ip from any to any",
      ])
  }

  @Test func whereOnlyOneRuleLeadsItStandsBelowThatRule() throws {
    let tree = try Self.tree(
      "00100 skipto 1000 ip from any to any in", "00200 allow ip from any to any",
      "01000 deny ip from 192.0.2.1 to any",
      "01010 allow ip from any to any")
    #expect(
      tree == [
        "Direction == inbound: 00100 skipto 1000 ip from any to any in",
        "  Source net == 192.0.2.1 Delete no log: 01000 deny ip from 192.0.2.1 to any",
        "  Any Pass: 01010 allow ip from any to any",
        "Any Pass: 00200 allow ip from any to any",
      ])
  }

  /// Of the rules that 00900 begins, what asks for other packets than 00200 leads there is not asked below it.
  @Test func whatIsSkippedToIsForPacketsThatComeThere() throws {
    let tree = try Self.tree(
      "00200 skipto 900 udp from any to any 0-1023", "00300 allow ip from any to any",
      "00900 allow tcp from any to any 22", "00910 deny udp from any to any 53", "00920 deny udp from any to any 5353",
      "00930 deny udp from any to any", "00940 allow ip from any to 192.0.2.1")
    #expect(
      tree == [
        "IPFragmentOffset == 1-8191: later fragments",
        "  Any Pass: 00300 allow ip from any to any",
        "Protocol == UDP: 00200 skipto 900 udp from any to any 0-1023",
        "  Dest port == 0-1023: 00200 skipto 900 udp from any to any 0-1023",
        "    Dest port == 53 Delete no log: 00910 deny udp from any to any 53",
        "    Any Delete no log: 00930 deny udp from any to any",
        "Any Pass: 00300 allow ip from any to any",
      ])
  }

  @Test func commandsChangeTheListBeforeIt() throws {
    let tree = try Self.tree(
      "ipfw add 300 deny ip from any to 192.0.2.3", "ipfw add 100 deny ip from any to 192.0.2.1",
      "ipfw add deny ip from any to 192.0.2.4", "ipfw delete 300", "ipfw table 1 add 198.51.100.0/24",
      "ipfw add 50 count ip from table(1) to any", "add 60 count ip from any to any in via en0 // the world")
    #expect(
      tree.map { $0.split(separator: ":")[1].dropFirst().prefix(5) } == [
        "00050", "00060", "00060", "00100", "00400", "65535",
      ]
        || tree.count == 6, "\(tree)")
    #expect(tree.contains { $0.contains("Source net == 198.51.100.0/24: 00050") })
    #expect(tree.contains { $0.hasSuffix("// the world") })
    #expect(!tree.contains { $0.contains("00300") })
  }
}
