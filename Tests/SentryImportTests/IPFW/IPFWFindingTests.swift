import SentryDiagnostics
import SentryImport
import SentryPacket
import SentryTestSupport
import Testing

/// What is said about a rule that cannot be taken over, or not quite.
private struct Unsaid: Sendable, CustomTestStringConvertible {
  /// The place of the finding in «».
  let marked: String
  let id: Diagnostic.ID
  let severity: Diagnostic.Severity
  let message: String

  var testDescription: String { marked }

  init(
    _ marked: String, _ message: String, _ id: Diagnostic.ID = .notTakenOver, _ severity: Diagnostic.Severity = .error
  ) {
    (self.marked, self.id, self.severity, self.message) = (marked, id, severity, message)
  }
}

private let unsaid = [
  Unsaid("00100 «divert» natd ip from any to any via en0", "'divert' hands packets to a program"),
  Unsaid("00100 «pipe» 1 ip from any to any", "'pipe' shapes traffic"),
  Unsaid("00100 «permitt» ip from any to any", "'permitt' is no action"),
  Unsaid("00100 allow «tpc» from any to any", "'tpc' is no protocol"),
  Unsaid("00100 allow tcp from any «two» me", "expected 'to', found 'two'"),
  Unsaid("00100 allow tcp from «www.example.org» to any", "names are not looked up"),
  Unsaid("00100 allow tcp from «192.0.2.300» to any", "expected an address"),
  Unsaid("00100 allow tcp from «192.0.2.0/33» to any", "expected an address"),
  Unsaid("00100 allow tcp from «192.0.2.0:255.0.255.0» to any", "a mask with gaps"),
  Unsaid("00100 allow tcp from «192.0.2.0/25{200}» to any", "reaches out of its net"),
  Unsaid("00100 allow tcp from «table(7)» to any", "what table '7' holds"),
  Unsaid("00100 allow tcp from any to any «70000»", "expected numbers from 0 to 65535"),
  Unsaid("00100 allow tcp from any to any «90-80»", "expected numbers from 0 to 65535"),
  Unsaid("00100 allow tcp from any to any in «verrevpath»", "'verrevpath' is no option"),
  Unsaid("00100 allow tcp from any to any tcpflags «syn,nak»", "'nak' is nothing"),
  Unsaid("00100 allow icmp from any to any icmptypes «256»", "expected numbers from 0 to 255"),
  Unsaid("00100 allow ip from any to any via «192.0.2.1»", "an interface is asked for by its name"),
  Unsaid("00100 allow ip from any to any out «recv» en0 xmit en1", "was received is not known"),
  Unsaid("00100 «deny tcp from any to any keep-state»", "only rules that allow or skip can keep state"),
  Unsaid("00100 fwd «127.0.0.1,8080» tcp from any to any 80", "a next hop only"),
  Unsaid("00100 allow tcp from any «to»", "expected an address at the end"),
  Unsaid("00100 allow ip from not «any» to any", "'not any' matches nothing"),
  Unsaid("«70000» allow ip from any to any", "a rule's number is from 1 to 65535"),
  Unsaid("ipfw add allow tcp from «$peer» to any", "what '$peer' stands for is not known"),
  Unsaid("if true; then\nipfw «add allow ip from any to any»\nfi", "depends on 'if' before it"),
  Unsaid("test -e /etc/x && ipfw «add allow ip from any to any»", "depends on the command before it"),
  Unsaid(
    "case ${kind} in\nopen)\n  ipfw «add 100 allow ip from any to any»\n  ;;\nesac", "depends on 'case' before it"),
  Unsaid("case $1 in open) ipfw «add 100 allow ip from any to any»;; esac", "depends on 'case' before it"),
  Unsaid("if [ \"$1\" = x ]; then\n  { ipfw «add 100 allow ip from any to any»; }\nfi", "depends on 'if' before it"),
  Unsaid("open() {\n  ipfw «add 100 allow ip from any to any»\n}", "depends on 'open()' before it"),
  Unsaid(
    "if up; then net=192.0.2.0/24; fi\nipfw add 100 allow ip from «$net» to any", "'$net' stands for is not known"),
  Unsaid("ipfw add 100 allow ip from «$(cat net)» to any", "what '$(cat net)' stands for"),
  Unsaid("00100 «allow»", "expected a protocol, 'from' and 'to' at the end of the rule"),
  Unsaid("00100 «allow log»", "expected a protocol, 'from' and 'to' at the end of the rule"),
  Unsaid("00100 allow «ip»", "expected 'from' at the end of the rule"),
  Unsaid("00100 deny «tcp»", "expected 'from' at the end of the rule"),
  Unsaid("00100 allow tcp from any to any 80 uid «nosuchuser»", "this host has no user called 'nosuchuser'"),
  Unsaid("00100 allow icmp from any to any «22»", "'22' is no option"),
  Unsaid("00100 allow tcp from «table(7,22)» to any", "values of a table's entries"),
  // "sctp" and "udplite" have ports for ipfw(8), too.
  Unsaid("00100 «deny sctp from any to any dst-port 9»", "ports of SCTP have no counterpart here"),
  Unsaid("00100 «deny sctp from any 9 to any»", "ports of SCTP have no counterpart here"),
  Unsaid("00100 «deny { tcp or udplite } from any to any 9»", "ports of UDP-Lite have no counterpart here"),
  Unsaid("00100 «deny ip from any to any dst-port 9 proto 132»", "ports of SCTP have no counterpart here"),
  Unsaid(
    "00100 «allow ip from any to any in out»", "no packet fits all that rule 00100 asks", .takenOverDifferently, .note),
  Unsaid(". «/etc/fw.conf»", "'/etc/fw.conf' is not read", .takenOverDifferently, .warning),
  Unsaid(
    "«fwadd 100 deny tcp from any to any 23»", "'fwadd' is no command of ipfw: what rules it makes",
    .takenOverDifferently,
    .warning),
  Unsaid(
    "set disable 3\nadd 100 set 3 «deny ip from any to any»", "is of a set that is switched off", .takenOverDifferently,
    .note),
  Unsaid(
    "# DISABLED 00100 «deny ip from any to any»", "is of a set that is switched off", .takenOverDifferently, .note),
  Unsaid(
    "«00100 12 1234 (10s) STATE tcp 192.0.2.10 22 <-> 203.0.113.9 40000»", "dynamic rules are left out",
    .takenOverDifferently, .note),
  Unsaid("ipfw «pipe 1 config bw 1Mbit/s»", "'pipe' has no counterpart"),
  Unsaid(
    "00100 «unreach» host tcp from any to any", "senders of TCP get a reset", .takenOverDifferently, .note),
  Unsaid(
    "00100 allow tcp from any to any setup «limit» src-addr 4", "number of connections is not limited",
    .takenOverDifferently, .warning),
  Unsaid(
    "00100 «skipto 100 ip from any to any»", "ipfw never goes back", .takenOverDifferently, .warning),
  Unsaid("00100 «check-state»", "no rule keeps state", .takenOverDifferently, .note),
  Unsaid("00100 «reass» all from any to any in", "later ones have the ports", .takenOverDifferently, .note),
  Unsaid("«sysctl» net.inet.ip.forwarding=1", "is no command of ipfw", .takenOverDifferently, .note),
]

@Suite struct IPFWFindingTests {
  private static func imported(_ text: String) -> ImportedRules {
    var options = ImportOptions()
    options.ownAddresses = [IPAddress(v4: 0xC000_020A)]
    options.defaultAction = .deny
    return ImportedRules(ipfw: Array(text.utf8), fileName: "rules", options: options)
  }

  @Test(arguments: unsaid)
  fileprivate func itIsToldWithItsPlace(_ c: Unsaid) throws {
    let parts = c.marked.split(separator: "«").flatMap { $0.split(separator: "»", omittingEmptySubsequences: false) }
    let text = parts.joined() + "\n00900 deny ip from any to any\n"
    let start = c.marked.hasPrefix("«") ? 0 : parts[0].utf8.count
    let end = start + (c.marked.hasPrefix("«") ? parts[0] : parts[1]).utf8.count
    let rules = Self.imported(text)
    let finding = try #require(rules.diagnostics.first { $0.id == c.id }, "\(rules.diagnostics)")
    #expect(finding.message.contains(c.message), "\(finding.message)")
    #expect(finding.severity == c.severity)
    #expect(finding.range == start..<end, "\(finding.rendered(in: rules.source))")
    #expect(rules.diagnostics.count { $0.severity >= .warning } == (c.severity == .note ? 0 : 1))
    // What else there is was taken over, and what was not stands there switched off.
    let ruleSet = try #require(rules.ruleSet)
    #expect(ruleSet.rules.contains { $0.name.hasPrefix("00900 deny") })
    if c.severity == .error, c.marked.first == "0" {
      #expect(ruleSet.rules.contains { $0.name.hasPrefix("00100") && !$0.isEnabled })
    }
  }

  @Test func withoutALastRuleDenyIsAssumedAndTold() throws {
    let bytes = Array("00100 allow ip from any to any via lo0\n".utf8)
    let rules = ImportedRules(ipfw: bytes, fileName: "rules", options: ImportOptions())
    #expect(rules.diagnostics.map(\.id) == [.takenOverDifferently])
    #expect(rules.diagnostics.first?.severity == .warning)
    #expect(rules.text?.contains("65535 deny ip from any to any") == true)
    var options = ImportOptions()
    options.defaultAction = .allow
    let other = ImportedRules(ipfw: bytes, fileName: "rules", options: options)
    #expect(other.diagnostics == [] && other.text?.contains("65535 allow ip from any to any") == true)
  }

  @Test func whatNoPacketComesToIsNotAssumed() throws {
    let bytes = Array("00100 count ip from any to any\n65000 deny ip from any to any\n".utf8)
    let rules = ImportedRules(ipfw: bytes, fileName: "rules", options: ImportOptions())
    #expect(rules.diagnostics == [])
  }

  @Test func ownAddressesThatAreGivenStandInTheDocument() throws {
    let text = Self.imported("00100 allow ip from me to any\n").text
    #expect(text?.contains("local = ( \"192.0.2.10\" )") == true, "\(text ?? "")")
  }

  @Test(arguments: ["10.0.0.0/255.255.0.0", "10.0.0.0:255.255.0.0", "10.0.0.0/16"])
  func aMaskMayStandInWholeToo(_ net: String) throws {
    let rules = Self.imported("00100 deny ip from \(net) to any\n")
    #expect(rules.text?.contains("propertyValue = \"10.0.0.0/16\"") == true, "\(rules.diagnostics)")
  }

  // MARK: Scripts

  @Test(arguments: [
    "test -e /etc/x && ipfw add 100 deny tcp from any to me 23 in",
    "if up; then ipfw add 100 deny tcp from any to me 23 in; fi",
    "for port in $ports; do\n  ipfw add 100 deny tcp from any to me 23 in\ndone",
    "ipfw add 100 deny tcp from any to me $port in",
    "00100 deny tcp from nowhere.example to me 23 in",
  ])
  func whatIsNotTakenOverStandsInItsPlaceSwitchedOff(_ script: String) throws {
    let ruleSet = try #require(Self.imported("ipfw add 50 count ip from any to any\n\(script)\n").ruleSet)
    let rule = try #require(ruleSet.rules.first { $0.name.hasPrefix("00100 deny tcp from ") })
    #expect(!rule.isEnabled && rule.number == "2")
  }

  @Test(arguments: [
    "nice -n 5 /sbin/ipfw -q add 100 deny tcp from any to me 23 in",
    "eval \"ipfw add 100 deny tcp from any to me 23 in\"",
    "$fwcmd add 100 deny tcp from any to me 23 in", "{ ipfw add 100 deny tcp from any to me 23 in; } >/dev/null",
    "case $quiet in yes) fw='/sbin/ipfw -q';; *) fw=/sbin/ipfw;; esac\n$fw add 100 deny tcp from any to me 23 in",
  ])
  func whatRunsInAnyCaseIsTakenOver(_ script: String) throws {
    let rules = Self.imported(script)
    #expect(rules.diagnostics.filter { $0.severity >= .warning } == [])
    #expect(try #require(rules.ruleSet).rules.contains { $0.name.hasPrefix("00100 deny tcp") && $0.isEnabled })
  }

  @Test func loopsOverKnownWordsAreRunThrough() throws {
    let rules = Self.imported(
      """
      ports="22 80"
      for host in 192.0.2.1 192.0.2.2; do
        for port in $ports; do
          ipfw add 200 allow tcp from any to $host $port
        done
      done
      ipfw add 300 deny tcp from any to any
      """)
    #expect(rules.diagnostics.filter { $0.severity >= .warning } == [])
    let names = try #require(rules.ruleSet).rules.filter { $0.name.hasPrefix("00200 allow") }.map(\.name)
    #expect(
      names == ["1 22", "1 80", "2 22", "2 80"].map { "00200 allow tcp from any to 192.0.2.\($0)" })
    let endless = Self.imported(String(repeating: "for x in 1 2 3 4 5 6 7 8 9; do\n", count: 9))
    #expect(endless.ruleSet == nil)
  }

  // MARK: Hostile files

  @Test(arguments: [[0x7F, 0x45, 0x4C, 0x46, 0, 1, 2], [0]] as [[UInt8]])
  func bytesThatAreNoTextAreRefused(_ bytes: [UInt8]) {
    let rules = ImportedRules(ipfw: bytes, fileName: "rules", options: ImportOptions())
    #expect(rules.ruleSet == nil && rules.diagnostics.map(\.id) == [.notFirewallRules])
  }

  @Test(arguments: ["", "\n\n", "# nothing\n", "echo hello\n", "\u{FEFF}"])
  func aFileWithoutRulesIsRefused(_ text: String) {
    let rules = Self.imported(text)
    #expect(rules.ruleSet == nil && rules.diagnostics.contains { $0.id == .notFirewallRules })
  }

  @Test func anEndlessLineIsToldAndLeftOut() {
    let rules = Self.imported(String(repeating: "00100 ", count: 100_000) + "\n00200 allow ip from any to any\n")
    #expect(rules.diagnostics.first?.message.contains("bytes; longer ones") == true)
    #expect(rules.text?.contains("00200 allow") == true)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func noWordsTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let words =
      "allow deny skipto 100 200 tcp ip from any me to not { } or , in via en0 setup keep-state $x ${y \" ' \\ ` $( # ; && | \n"
      + " // 1.2.3.4/24{1,2} table(1) add ipfw if fi limit log 65535 icmptypes - = x=y 0-0 !syn count check-state"
    let pool = words.split(separator: " ").map { String($0) }
    let text = (0..<300).map { _ in pool[Int.random(in: 0..<pool.count, using: &random)] }.joined(separator: " ")
    let rules = Self.imported(text)
    for finding in rules.diagnostics { _ = finding.rendered(in: rules.source) }
    _ = rules.text
  }

  /// Each skips to the one after the next: as rules below rules they would be more than there are atoms.
  @Test func entangledSkipsEnd() {
    let lines = (1...200).map { "\($0 * 10) skipto \($0 * 10 + 20) ip from any to any \($0)" }
    let rules = Self.imported(lines.joined(separator: "\n"))
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.first?.message.contains("would become more than") == true)
    // Those that lead not so far are there.
    #expect(rules.text?.contains("01990 skipto 2010") == true)
  }

  /// A blocklist of 7,000 nets, asked for with three ports: each net once.
  @Test func aLargeTableIsTakenOver() throws {
    let entries = (0..<7_000).map { "table 1 add 10.\($0 / 250).\($0 % 250).0/24\n" }.joined()
    let rules = Self.imported(
      "\(entries)add 100 deny tcp from table(1) to me 22,80,443\nadd 200 allow ip from any to any\n")
    #expect(rules.diagnostics.filter { $0.severity >= .warning } == [])
    let ruleSet = try #require(rules.ruleSet)
    #expect(ruleSet.rules.count { $0.property.name == "Source net" } == 7_000)
  }

  @Test func productsOfListsEnd() throws {
    let ports = (1...100).map { "\($0 * 2)" }.joined(separator: ",")
    let nets = (1...100).map { "10.\($0).0.0/16" }.joined(separator: ",")
    let rules = Self.imported(
      "00100 allow tcp from \(nets) \(ports) to \(nets) \(ports)\n00200 deny ip from any to any\n")
    #expect(rules.diagnostics.contains { $0.severity == .error && $0.message.contains("would become more than") })
    let names = try #require(rules.ruleSet).rules.map { ($0.isEnabled, $0.name.prefix(5)) }
    #expect(names.contains { $0 == (false, "00100") } && names.contains { $0 == (true, "00200") })
  }
}
