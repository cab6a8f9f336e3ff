import SentryRules
import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct EarlyCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: String
  var settings = ""
  /// The chain's rules, without their comments.
  let lowered: [String]
  /// "number: reason starts so".
  var uncovered: [String] = []
}

struct EarlyChainTests {
  private static let eth0 = InterfaceEntry(name: "eth0", isFiltered: true, isExternal: true)
  private static let lo = InterfaceEntry(name: "lo", isFiltered: true, isExternal: false)

  private static func chain(_ text: String, interfaces: [InterfaceEntry] = [eth0, lo]) throws -> EarlyChain {
    let document = RuleDocument(reading: text)
    return EarlyChain(
      try #require(document.ruleSet, "\(document.diagnostics.map(\.message))"), interfaces: interfaces)
  }

  @Test func theDefaultDocument() throws {
    let text = TestFiles.text("Documents/Default.plist")
    let chain = try Self.chain(text)
    #expect(
      chain.rules == [
        #"ip frag-off & 0x1fff 1-63 counter drop comment "1.1""#,
        #"frag frag-off 1-63 counter drop comment "1.1""#,
        #"ip frag-off & 0x1fff 64-8191 counter accept comment "1.2""#,
        #"frag frag-off 64-8191 counter accept comment "1.2""#,
        #"iifname { "lo" } accept comment "to the queue: 1.3.1""#,
        #"ip saddr 127.0.0.0/8 counter drop comment "1.3.2""#,
        #"ip6 saddr ::ffff:127.0.0.0-::ffff:127.255.255.255 counter drop comment "1.3.2""#,
        #"ip daddr 127.0.0.0/8 counter drop comment "1.3.3""#,
        #"ip6 daddr ::ffff:127.0.0.0-::ffff:127.255.255.255 counter drop comment "1.3.3""#,
        #"ip option lsrr exists counter drop comment "1.4.1""#,
        #"ip option ssrr exists counter drop comment "1.4.2""#,
      ])
    #expect(chain.decided.map(\.number) == ["1.1", "1.2", "1.3.2", "1.3.3", "1.4.1", "1.4.2"])
    #expect(chain.uncovered.isEmpty)
  }

  /// Only the daemon can tell programs; but fragments without ports have none.
  @Test func permissionsOfProgramsLeaveTheDefaultDocumentsChainAsItIs() throws {
    let text = TestFiles.text("Documents/Default.plist")
    var editing = ApplicationEditing(try EditableDocument(reading: Array(text.utf8), fileName: "Default.plist"))
    try editing.switchOn(.init())
    let switched = String(decoding: try editing.edited.bytes, as: UTF8.self)
    let (before, after) = (try Self.chain(text), try Self.chain(switched))
    #expect(after.rules == before.rules && after.decided == before.decided)
    #expect(after.uncovered.map(\.number) == ["2"], "who listens in a container cannot be told")
    let group = "{ rules = ( \(ApplicationGroup.text), \(Self.deleteFragments) ); }"
    #expect(try Self.chain(group).decided.map(\.number) == ["2"], "also in a document where the group comes first")
  }

  @Test func anInterfaceThatIsNotFilteredIsNotAskedFor() throws {
    let text = TestFiles.text("Documents/Default.plist")
    let chain = try Self.chain(text, interfaces: [Self.eth0])
    #expect(!chain.rules.contains { $0.contains("iifname") })
    #expect(chain.decided.count == 6)
  }

  private static let fragment = "enabled = 1; propertyName = IPFragmentOffset; propertyValue = \"1-63\"; "
  private static let deleteFragments = "{ \(fragment)filterActionName = Delete; }"
  private static let loweredFragments = ["ip frag-off & 0x1fff 1-63 counter drop", "frag frag-off 1-63 counter drop"]
  private static let outboundToo = "outbound packets are cut"

  @Test(arguments: [
    EarlyCase(
      testDescription: "a rule without a Direction above it sees outbound fragments nowhere", rules: deleteFragments,
      lowered: loweredFragments, uncovered: ["1: outbound packets are cut"]),
    EarlyCase(
      testDescription: "what has nothing to do with fragments is left to the queue alone",
      rules:
        "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"192.0.2.0/24\"; filterActionName = Delete; }",
      lowered: []),
    EarlyCase(
      testDescription: "an earlier rule that nftables can decide decides first",
      rules:
        "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"192.0.2.1\"; filterActionName = Pass; }, "
        + deleteFragments,
      lowered: ["ip saddr 192.0.2.1 accept", "ip6 saddr ::ffff:192.0.2.1 accept"] + loweredFragments,
      uncovered: ["2: outbound packets are cut"]),
    EarlyCase(
      testDescription: "an earlier rule that only the daemon can judge stops it",
      rules: "{ enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; }, "
        + deleteFragments,
      lowered: [], uncovered: ["2: fragments are put together before the queue sees them; ahead of that, rule 1 comes"]),
    EarlyCase(
      testDescription: "only for the packets that may come to it",
      rules: """
        { enabled = 1; propertyName = "Source net"; propertyValue = "192.0.2.1"; children = (
          { enabled = 1; propertyName = Protocol; propertyValue = 6; filterActionName = Log; }); }, \(deleteFragments)
        """,
      lowered: ["ip saddr 192.0.2.1 accept", "ip6 saddr ::ffff:192.0.2.1 accept"] + loweredFragments,
      uncovered: ["2: outbound packets are cut"]),
    EarlyCase(
      testDescription: "a Log among the children of Delete needs the daemon",
      rules: "{ \(fragment)filterActionName = Delete; children = ({ enabled = 1; filterActionName = Alert; }); }",
      lowered: [], uncovered: ["1: fragments are put together"]),
    EarlyCase(
      testDescription: "Dont log below Delete does not",
      rules:
        "{ \(fragment)filterActionName = Delete; children = ({ enabled = 1; filterActionName = \"Dont log\"; }); }",
      lowered: loweredFragments, uncovered: ["1: outbound packets are cut"]),
    EarlyCase(
      testDescription: "Trigger remembers an address, which nftables cannot",
      rules: "{ \(fragment)filterActionName = Trigger; }", lowered: [], uncovered: ["1: fragments are put together"]),
    EarlyCase(
      testDescription: "a net above narrows it, family by family",
      rules: """
        { enabled = 1; propertyName = "Source net"; propertyValue = "2001:db8::/32"; children = (
          { enabled = 1; propertyName = Direction; propertyValue = in; children = (\(deleteFragments)); }); }
        """,
      lowered: ["ip6 saddr 2001:db8::/32 frag frag-off 1-63 counter drop"]),
    EarlyCase(
      testDescription: "outbound rules are not asked of what arrives",
      rules:
        "{ enabled = 1; propertyName = Direction; propertyValue = out; children = (\(deleteFragments)); }",
      lowered: [], uncovered: ["1.1: fragments are put together"]),
    EarlyCase(
      testDescription: "a rule about programs has nobody for inbound packets that are led on",
      rules: "{ enabled = 1; propertyName = Application; propertyValue = curl; filterActionName = Delete; }",
      lowered: [], uncovered: ["1: inbound packets are judged ahead of address translation"]),
    EarlyCase(
      testDescription: "a rule about outbound packets' users is judged wherever they are",
      rules: """
        { enabled = 1; propertyName = Direction; propertyValue = out; children = (
          { enabled = 1; propertyName = User; propertyValue = 33; filterActionName = Delete; }); }
        """,
      lowered: []),
    EarlyCase(
      testDescription: "a disabled rule does nothing",
      rules: "{ enabled = 0; propertyName = IPFragmentOffset; propertyValue = \"1-63\"; filterActionName = Delete; }",
      lowered: []),
    EarlyCase(
      testDescription: "!= turns a range around",
      rules: """
        { enabled = 1; propertyName = IPFragmentOffset; relationName = "!="; propertyValue = "0-99";
          filterActionName = Delete; }
        """,
      lowered: ["ip frag-off & 0x1fff 100-8191 counter drop", "frag frag-off 100-8191 counter drop"],
      uncovered: ["1: outbound packets are cut"]),
    EarlyCase(
      testDescription: "both source routes at once, in one rule",
      rules: "{ enabled = 1; propertyName = IPOptions; propertyValue = \"3,9\"; filterActionName = Delete; }",
      lowered: ["ip option lsrr exists ip option ssrr exists counter drop"]),
    EarlyCase(
      testDescription: "an option nftables does not know is left to the queue",
      rules:
        "{ enabled = 1; propertyName = IPOptions; propertyValue = 4; filterActionName = Delete; }, \(deleteFragments)",
      lowered: ["ip hdrlength > 5 accept"] + loweredFragments, uncovered: ["2: outbound packets are cut"]),
    EarlyCase(
      testDescription: "everything that has gone before a rule leaves it nothing",
      rules: "{ enabled = 1; filterActionName = Pass; }, \(deleteFragments)", lowered: [],
      uncovered: ["2: fragments are put together"]),
    EarlyCase(
      testDescription: "blocked IPv6 is for the checks before the rules", rules: deleteFragments,
      settings: "settings = { blockIPv6 = 1; };",
      lowered: ["meta nfproto ipv4 ip frag-off & 0x1fff 1-63 counter drop"], uncovered: ["1: outbound packets are cut"]),
    EarlyCase(
      testDescription: "malformed packets that must pass are never later fragments",
      rules:
        "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"127.0.0.0/8\"; filterActionName = Delete; }",
      settings: "settings = { malformed = pass; };",
      lowered: [
        "ip frag-off & 0x1fff 1-8191 ip saddr 127.0.0.0/8 counter drop",
        "frag frag-off 1-8191 ip6 saddr ::ffff:127.0.0.0-::ffff:127.255.255.255 counter drop",
      ]),
    EarlyCase(
      testDescription: "properties that the queue lacks are named",
      rules: """
        { enabled = 1; propertyName = "Dest MAC Address"; propertyValue = "02:00:00:00:00:01"; },
        { enabled = 1; propertyName = "Source MAC Address"; propertyValue = "02:00:00:00:00:01"; },
        { enabled = 1; propertyName = Direction; propertyValue = in; children = (
          { enabled = 1; propertyName = "Source MAC Address"; propertyValue = "02:00:00:00:00:01"; }); },
        { enabled = 1; propertyName = VLAN; propertyValue = 7; }
        """,
      lowered: [],
      uncovered: [
        "1: the kernel's queue does not tell", "2: outbound packets have no", "4: the kernel takes VLAN tags",
      ]),
  ])
  func lowering(_ row: EarlyCase) throws {
    let chain = try Self.chain("{ rules = ( \(row.rules) ); \(row.settings) }")
    #expect(
      chain.rules.map { String($0[..<($0.firstRange(of: " comment")?.lowerBound ?? $0.endIndex)]) } == row.lowered)
    let uncovered = chain.uncovered.map { "\($0.number): \($0.reason)" }
    #expect(uncovered.count == row.uncovered.count, "\(uncovered)")
    for (found, expected) in zip(uncovered, row.uncovered) { #expect(found.hasPrefix(expected)) }
  }

  @Test func aLongDocumentStaysShort() throws {
    let deletions = (0..<1_000).map {
      "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"10.0.\($0 / 250).\($0 % 250)\"; filterActionName = Delete; }"
    }
    let chain = try Self.chain("{ rules = ( \((deletions + [Self.deleteFragments]).joined(separator: ", ")) ); }")
    #expect(chain.rules.isEmpty)
    #expect(chain.uncovered.map(\.number) == ["1001"])
  }

  /// Each level would double the matches, and lengthen them.
  @Test func aDeepDocumentStaysShort() throws {
    let nested = (0..<200).reduce(Self.deleteFragments) { inner, _ in
      "{ enabled = 1; propertyName = IPFragmentOffset; propertyValue = \"0-100\"; children = (\(inner)); }"
    }
    let chain = try Self.chain("{ rules = ( \(nested), \(Self.deleteFragments) ); }")
    #expect(chain.rules.count <= 256)
    #expect(chain.rules.allSatisfy { $0.utf8.count < 800 })
  }
}

/// The same with packets.
@Suite(.enabled(if: TestNetwork.isPossible, "this needs root, nft, iptables, ping and network namespaces"))
struct EarlyChainNetworkTests {
  /// Of each kind a different number, so that no count can stand for another.
  @Test func theDefaultDocumentDeletesAndCounts() async throws {
    let text = TestFiles.text("Documents/Default.plist")
    let ruleSet = try #require(RuleDocument(reading: text).ruleSet)
    try await TestNetwork.run { network in
      let near = InterfaceEntry(name: "near", isFiltered: true, isExternal: true)
      let feed = QueueFeed(interfaces: ["near"], early: EarlyChain(ruleSet, interfaces: [near]))
      let host = try NetfilterHost()
      try host.install(feed)
      let ip4 = "IP(src='203.0.113.9', dst='192.0.2.1'"
      let ip6 = "IPv6(src='2001:db8:9::9', dst='2001:db8::1')"
      let route = "b'\\x07\\x04\\xc0\\x00\\x02\\x07\\x00'"
      try network.send(
        // 1.1: 2 + 1 tiny fragments; 1.2: 1 + 1 legitimate ones.
        Array(repeating: "\(ip4), proto=6, frag=1, id=5)/Raw(b'x' * 16)", count: 2)
          + ["\(ip6)/IPv6ExtHdrFragment(nh=17, offset=63, id=6)/Raw(b'x' * 16)"]
          + ["\(ip4), proto=17, frag=64, id=7)/Raw(b'x' * 16)"]
          + ["\(ip6)/IPv6ExtHdrFragment(nh=17, offset=64, id=8)/Raw(b'x' * 16)"]
          // 1.3.2 and 1.3.3: forged loopback addresses.
          + Array(repeating: "IP(src='127.0.0.1', dst='192.0.2.1')/UDP(sport=1, dport=9)", count: 4)
          + Array(repeating: "IP(src='203.0.113.9', dst='127.0.0.1')/UDP(sport=1, dport=9)", count: 3)
          // 1.4.1 and 1.4.2: source routes; a timestamp option is none.
          + Array(repeating: "\(ip4), options=[IPOption(b'\\x83' + \(route))])/UDP(sport=1, dport=9)", count: 5)
          + Array(repeating: "\(ip4), options=[IPOption(b'\\x89' + \(route))])/UDP(sport=1, dport=9)", count: 6)
          + ["\(ip4), options=[IPOption(b'\\x44\\x08\\x05\\x00' + b'\\x00' * 4)])/UDP(sport=1, dport=9)"])
      let counts = try #require(try host.counts())
      let packets = Dictionary(uniqueKeysWithValues: counts.early.map { ($0.number, $0.packets) })
      #expect(packets == ["1.1": 3, "1.2": 2, "1.3.2": 4, "1.3.3": 3, "1.4.1": 5, "1.4.2": 6])
      // RFC 791: 20 bytes of header and 16 of data; RFC 8200: 40 and 8 and 16.
      #expect(counts.early.first?.bytes == 2 * 36 + 64)
      #expect(try network.pingFromPeer() == 3)
    }
  }

  @Test func datagramsInPiecesArriveWhole() async throws {
    let text = TestFiles.text("Documents/Default.plist")
    let ruleSet = try #require(RuleDocument(reading: text).ruleSet)
    try await TestNetwork.run { network in
      let near = InterfaceEntry(name: "near", isFiltered: true, isExternal: true)
      let host = try NetfilterHost()
      try host.install(QueueFeed(interfaces: ["near"], early: EarlyChain(ruleSet, interfaces: [near])))
      let answer = try network.peer("ping -n -q -c 2 -i 0.05 -s 4000 -W 1 192.0.2.1")
      #expect(answer.contains(" 2 received"))
      // Each is cut in three, the later two of which the rule lets through.
      #expect(try host.counts()?.early.first { $0.number == "1.2" }?.packets == 4)
    }
  }
}
