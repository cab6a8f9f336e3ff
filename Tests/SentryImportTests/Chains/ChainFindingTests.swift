import SentryDiagnostics
import SentryEngine
import SentryImport
import SentryPacket
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
    ("-A INPUT -m limit --limit 3/min -j ACCEPT", "match 'limit' has no counterpart here: without it"),
    ("-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT", "expected numbers from 0 to 65535"),
    ("-A INPUT -p nosuch -j ACCEPT", "'nosuch' is no protocol"),
    ("-A INPUT -s 192.0.2.0/255.0.255.0 -j ACCEPT", "a mask with gaps"),
    ("-A INPUT -j NFQUEUE --queue-num 1", "target 'NFQUEUE' has no counterpart"),
    ("-A INPUT -m conntrack --ctstate DNAT -j ACCEPT", "state 'DNAT' has no counterpart"),
    ("-A OUTPUT -m owner --uid-owner nosuchuser -j DROP", "this host has no user called 'nosuchuser'"),
    ("-A INPUT -j nowhere", "there is no chain 'nowhere'"),
    ("-A INPUT -p tcp -m tcp --tcp-flags SYN NAK -j DROP", "expected flags of TCP"),
    ("-A INPUT -p icmp -m icmp --icmp-type odd -j DROP", "expected a type such as 8"),
    ("-A INPUT -s", "expected an address at the end"),
    ("-X INPUT", "expected a rule, -A CHAIN"),
    ("-A INPUT -p tcp ! -m multiport --dports 1 -j DROP", "'!' says nothing before '-m'"),
    ("-A INPUT -m addrtype --dst-type LOCAL -j RETURN", "needs the addresses of the machine"),
    ("-A INPUT -m addrtype --dst-type BLACKHOLE -j DROP", "addresses of type 'BLACKHOLE'"),
    ("-A INPUT -m ttl --ttl-lt 0 -j DROP", "expected a number from 1 to 254"),
    ("-A INPUT -p sctp -m multiport --dports 9,10 -j DROP", "ports of SCTP have no counterpart"),
    ("-A INPUT -p sctp -m sctp --dport 9 -j DROP", "match 'sctp' has no counterpart"),
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
    ("iifname > eth0 accept", "'>' is taken over of numbers only"),
    ("meta mark 7 accept", "'meta mark' has no counterpart"),
    ("ip saddr @nowhere drop", "what set '@nowhere' holds"),
    ("ct state vmap @states", "what map '@states' holds"),
    ("meta skuid nosuchuser accept", "this host has no user called 'nosuchuser'"),
    ("ct mark 7 accept", "'ct mark' has no counterpart"),
    ("jump nowhere", "there is no chain 'ip filter nowhere'"),
    ("tcp flags & syn accept", "expected '==' or '!='"),
    ("ip saddr 192.0.2.300 drop", "expected an address"),
    ("ip saddr . tcp dport { 192.0.2.1 } drop", "expected 2 values joined by dots"),
    ("queue num 1", "'queue' has no counterpart"),
    ("limit rate over 3/minute log", "'limit' has no counterpart"),
    ("fib daddr type local drop", "needs the addresses of the machine"),
    ("fib saddr . iif oif missing drop", "'fib' has no counterpart"),
    ("sctp dport 9 drop", "'sctp' has no counterpart"),
    ("meta l4proto sctp th dport 9 drop", "ports of SCTP have no counterpart"),
    ("meta l4proto { tcp, 33 } th sport 9 drop", "ports of DCCP have no counterpart"),
    ("meta l4proto . th dport { tcp . 9, sctp . 9 } drop", "ports of SCTP have no counterpart"),
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
  @Test func chainsOfManyJumpsEnd() throws {
    let names = (0..<30).map { ":c\($0) - [0:0]" }.joined(separator: "\n")
    let jumps = (0..<29).map { "-A c\($0) -s 192.0.2.1/32 -j c\($0 + 1)\n-A c\($0) -d 192.0.2.3/32 -j c\($0 + 1)" }
    let rules = Self.iptables("\(names)\n-A INPUT -j c0\n\(jumps.joined(separator: "\n"))\n-A c29 -p tcp -j DROP")
    #expect(rules.diagnostics.contains { $0.message.contains("would become too many") })
    #expect(try Self.isEnabled("INPUT 1: ", in: rules) == false)
    #expect(try Self.isEnabled("INPUT policy accept", in: rules) == true)
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
      "-A INPUT -j DROP\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE\n-A POSTROUTING -j ACCEPT"
    )
    #expect(
      iptables.diagnostics.map(\.message).sorted() == [
        "IPv6 passes: these rules did not see it", "table 'nat' is left out: only filters are taken over",
      ])
  }

  /// A router's rules for what it forwards, as those of containers, are no concern of ours.
  @Test func whatOnlyForwardedPacketsComeToIsNotTold() throws {
    let nft = Self.nft(
      "drop\n}\nchain forward {\ntype filter hook forward priority 0;\nflow add @fast\njump ours\n}\nchain ours { queue"
    )
    #expect(nft.diagnostics.map(\.severity) == [.warning], "\(nft.diagnostics)")
    let iptables = Self.iptables("-A INPUT -j DROP\n-A FORWARD -j DOCKER\n-A DOCKER -m set --match-set x src -j DROP")
    #expect(!iptables.diagnostics.contains { $0.severity == .error }, "\(iptables.diagnostics)")
  }

  @Test func bothFamiliesBecomeOneDocument() throws {
    let four = "*filter\n:INPUT DROP [0:0]\n-A INPUT -s 192.0.2.1/32 -j ACCEPT\nCOMMIT\n"
    let six = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 2001:db8::1/128 -j DROP\nCOMMIT\n"
    let rules = ImportedRules.ofBothFamilies(
      iptablesSave: SourceText(fileName: "v4", bytes: Array(four.utf8)),
      ip6tablesSave: SourceText(fileName: "v6", bytes: Array(six.utf8)), options: ImportOptions())
    #expect(rules.ipv4.diagnostics == [] && rules.ipv6.diagnostics == [])
    #expect(rules.ipv4.text == rules.ipv6.text)
    let verdicts = try rules.ipv4.verdicts(on: [
      "udp 192.0.2.1:9 > 192.0.2.10:9 in", "udp 192.0.2.2:9 > 192.0.2.10:9 in",
      "udp [2001:db8::1]:9 > [2001:db8::10]:9 in",
      "udp [2001:db8::2]:9 > [2001:db8::10]:9 in",
    ])
    #expect(verdicts == [true, false, false, true])
    let half = ImportedRules.ofBothFamilies(
      iptablesSave: SourceText(fileName: "v4", bytes: Array(four.utf8)),
      ip6tablesSave: SourceText(fileName: "v6", bytes: [0]), options: ImportOptions())
    #expect(half.ipv4.ruleSet != nil && half.ipv6.ruleSet == nil)
    #expect(half.ipv6.diagnostics.map(\.id) == [.notFirewallRules])
  }

  // MARK: What is missing

  private static func isEnabled(_ name: String, in rules: ImportedRules) throws -> Bool? {
    try #require(rules.ruleSet, "\(rules.diagnostics)").rules.first { $0.name.contains(name) }?.isEnabled
  }

  /// iptables-save ends with COMMIT, and nft with the brace of its last table.
  @Test func whatIsCutOffIsToldAndSwitchedOff() throws {
    let save = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.7/32 -j DROP\n-A INPUT -p tcp"
    let iptables = ImportedRules(
      iptablesSave: Array(save.utf8), isIPv6: false, fileName: "rules", options: ImportOptions())
    #expect(iptables.diagnostics.contains { $0.severity == .error && $0.message.contains("without COMMIT") })
    #expect(try Self.isEnabled("INPUT 1: ", in: iptables) == true)
    #expect(try Self.isEnabled("INPUT 2: ", in: iptables) == false)
    let list =
      "table ip x {\nchain y {\ntype filter hook input priority 0; policy accept;\nip saddr 192.0.2.7 drop\ntcp dport 23"
    for (text, isWhole) in [(list, false), (list + " drop\n", true)] {
      let nft = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
      #expect(nft.diagnostics.contains { $0.severity == .error && $0.message.contains("without '}'") })
      #expect(try Self.isEnabled("y 1: ", in: nft) == true)
      #expect(try Self.isEnabled("y 2: ", in: nft) == isWhole)
    }
  }

  @Test func aChainThatIsNotThereLeavesItsRule() throws {
    let rules = Self.iptables("-A INPUT -p tcp -j nowhere\n-A INPUT -s 192.0.2.7/32 -j DROP")
    #expect(try Self.isEnabled("INPUT 1: ", in: rules) == false)
  }

  @Test func whatDropsTheRestBehindRulesThatAreMissingIsTold() throws {
    let warned = Self.iptables("-A INPUT -m recent --rcheck -j ACCEPT\n-A INPUT -j DROP")
    #expect(warned.diagnostics.contains { $0.severity == .warning && $0.message.contains("is dropped here") })
    for rules in ["-A INPUT -m recent --rcheck -j DROP\n-A INPUT -j DROP", "-A INPUT -m recent --rcheck -j ACCEPT"] {
      #expect(!Self.iptables(rules).diagnostics.contains { $0.message.contains("is dropped here") })
    }
  }

  @Test func aHookBeforeInputIsTold() throws {
    let rules = Self.nft("drop\n}\nchain early {\ntype filter hook ingress device \"eth0\" priority 0; policy drop;")
    #expect(rules.diagnostics.contains { $0.severity == .warning && $0.message.contains("'ingress'") })
  }

  // MARK: States

  /// Connection tracking leaves these alone (`nf_conntrack_proto_icmpv6.c`): where they count as invalid, IPv6 is no more.
  @Test(arguments: [130, 131, 132, 133, 134, 135, 136, 143])
  func neighboursAndGroupsAreNotInvalid(_ type: Int) throws {
    let rules = ImportedRules(
      nft: Array(
        """
        table inet filter {
          chain input { type filter hook input priority filter; policy drop;
            ct state invalid drop
            ct state established,related accept
            icmpv6 type { mld-listener-query, 131, 132, 133, 134, 135, 136, 143 } accept
          }
        }
        """.utf8), fileName: "rules", options: ImportOptions())
    #expect(try rules.verdicts(on: ["icmp6 fe80::1 > ff02::1 type \(type) code 0 zeros 16"]) == [true])
    // What answers nothing that was asked is invalid.
    #expect(try rules.verdicts(on: ["icmp6 fe80::1 > fe80::2 type 129 code 0 zeros 16"]) == [false])
    #expect(rules.diagnostics.map(\.severity) == [.note])
    let checks = rules.text.map { RuleDocument(reading: $0).diagnostics.filter { $0.severity >= .warning } }
    #expect(checks == [])
  }

  @Test func statesThatAreOneHereAreAskedForOnce() throws {
    let rules = Self.iptables("-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -j DROP")
    let states = try #require(rules.ruleSet).rules.filter { $0.property.name == "Connection state" }
    #expect(states.map(\.value) == ["established,closing"])
    let map = Self.nft("ct state vmap { established : accept, related : accept }")
    #expect(try #require(map.ruleSet).rules.count { $0.property.name == "Connection state" } == 1)
  }

  @Test func statesOfOneListAreOneQuestion() throws {
    let rules = Self.iptables("-A INPUT -p udp -m conntrack --ctstate NEW,ESTABLISHED -j DROP")
    let states = try #require(rules.ruleSet).rules.filter { $0.property.name == "Connection state" }
    #expect(states.map(\.value) == ["new,established,closing"])
    #expect(rules.text?.contains("TCP header flags") == false)
  }

  @Test func aChainIsNotAskedForWhatNoPacketThereHas() throws {
    let rules = Self.iptables(
      "-A INPUT -p tcp -s 192.0.2.1/32 -j more\n-A more -p udp -j DROP\n-A more -p tcp -m tcp --dport 22 -j DROP\n-A more -p icmp -j RETURN"
    )
    let names = try #require(rules.ruleSet).rules.map { "\($0.property.name) \($0.value)" }
    #expect(
      names.allSatisfy { !$0.hasPrefix("Protocol") || $0 == "Protocol TCP" } && names.contains("Dest port 22"),
      "\(names)")
    let notes = rules.diagnostics.map(\.message).filter { $0.contains("no packet comes to") }
    #expect(
      notes == [
        "no packet comes to rule more 1: it is not in the document",
        "no packet comes to rule more 3: it is not in the document",
      ])
  }

  @Test func aListIsAskedOnce() throws {
    let rules = Self.iptables(
      "-A INPUT -d 192.0.2.1,192.0.2.2,192.0.2.5/32 -p tcp -m multiport --dports 22,25,80,443 -j ACCEPT")
    let names = try #require(rules.ruleSet).rules.map { "\($0.property.name) \($0.value)" }
    #expect(names.count { $0.hasPrefix("Dest") } == 3 + 4, "\(names)")
  }

  @Test func whatNoPacketComesToIsTold() throws {
    let fragments = Self.iptables(
      "-A INPUT -m state --state NEW -s 192.0.2.1/32 -j ACCEPT\n-A INPUT -f -j DROP\n-A INPUT -j DROP\n-A INPUT -p tcp -j ACCEPT"
    )
    let notes = fragments.diagnostics.map(\.message).filter { $0.contains("no packet comes to") }
    #expect(
      notes == [
        "no packet comes to rule INPUT 2: it is not in the document",
        "no packet comes to rule INPUT 4: it is not in the document",
      ])
  }

  /// iptables-save prints `--dscp 0x2e`, nft its names and, for what has none, `0x2f`.
  @Test func classesOfServiceAreTheirNumbers() throws {
    for (rules, numbers) in [
      (
        Self.iptables("-A INPUT -m dscp --dscp 0x2e -j DROP\n-A INPUT -m dscp ! --dscp-class AF11 -j DROP"),
        ["46", "10"]
      ),
      (Self.nft("ip dscp ef drop\nip dscp { cs1, 0x2f } drop"), ["46", "8", "47"]),
    ] {
      #expect(rules.diagnostics.filter { $0.severity == .error } == [])
      let asked = try #require(rules.ruleSet).rules.filter { $0.property.name == "DSCP" }
      #expect(asked.map(\.value) == numbers)
    }
  }

  // MARK: Files as people write them

  /// Lists within lists are one, as in nft(8), "SYMBOLIC VARIABLES".
  @Test func namesStandForWhatTheyAreDefinedAs() throws {
    let rules = ImportedRules(
      nft: Array(
        """
        destroy table inet filter
        define WEB = { 80, 443 }
        define OPEN = { 22, $WEB }
        define FRIEND = 192.0.2.7
        table inet filter {
          chain input { type filter hook input priority filter; policy drop
            ip saddr $FRIEND tcp dport $OPEN accept
            tcp dport { $WEB, 8080 } accept
            tcp dport $NOWHERE accept
          }
        }
        """.utf8), fileName: "rules", options: ImportOptions())
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1 && errors.first?.message.contains("'$NOWHERE'") == true, "\(errors)")
    let ports = [22, 80, 443, 8080, 23]
    let verdicts = try rules.verdicts(
      on: ports.map { "tcp 192.0.2.7:4000 > 192.0.2.10:\($0) syn in" }
        + ports.map { "tcp 192.0.2.8:4000 > 192.0.2.10:\($0) syn in" })
    #expect(verdicts == [true, true, true, true, false] + [false, true, true, true, false])
  }

  @Test func definitionsOfDefinitionsEnd() {
    let doubling = (1...60).map { "define a\($0) = { $a\($0 - 1), $a\($0 - 1) }" }.joined(separator: "\n")
    let rules = ImportedRules(
      nft: Array(
        "define a0 = { 1, 2 }\n\(doubling)\ntable ip x { chain y { type filter hook input priority 0; tcp dport $a60 drop\n}\n}"
          .utf8), fileName: "rules", options: ImportOptions())
    #expect(rules.diagnostics.contains { $0.severity == .error })
  }

  /// What is for this host alone is of type `host`, as `unicast` is listed.
  @Test func packetsForThisHostAloneAreOfTheirType() throws {
    for rules in [
      Self.nft("meta pkttype host udp dport 137 accept\ndrop"),
      Self.iptables("-A INPUT -p udp -m pkttype --pkt-type unicast -j ACCEPT\n-A INPUT -j DROP"),
    ] {
      let verdicts = try rules.verdicts(
        on: ["192.0.2.10", "224.0.0.1", "255.255.255.255"].map { "udp 192.0.2.7:137 > \($0):137 in" })
      #expect(verdicts == [true, false, false])
    }
  }

  @Test func aHelperIsLeftOut() throws {
    let rules = Self.nft("udp dport 137 ct helper set \"netbios\"\nip saddr 192.0.2.7 drop")
    #expect(rules.diagnostics.map(\.severity) == [.note], "\(rules.diagnostics)")
    #expect(rules.diagnostics.first?.message.contains("helper 'netbios' is left out") == true)
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
