import SentryControl
import SentryEngine
import SentryPacket
import SentryProcesses
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

/// Who can reach which socket, by rules and nothing else.
@Suite struct ReachableTests {
  private static func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }

  private func socket(
    _ port: UInt16, at address: String = "0.0.0.0", protocolNumber: UInt8 = 6, isIPv6Only: Bool = false
  ) -> ListeningSocket {
    ListeningSocket(
      protocolNumber: protocolNumber, address: Self.address(address), port: port, interface: 0,
      isIPv6Only: isIPv6Only, user: 0, inode: 0)
  }

  /// Of a host with 192.0.2.10 and 2001:db8::10 at eth0, which is filtered, unless said.
  private func reply(
    _ rules: String, _ sockets: [ListeningSocket], filtered: Bool = true, authorized: [AddressEntry] = [],
    enforced: Bool = true, enabled: Bool = true, own: [String] = ["192.0.2.10", "2001:db8::10"],
    patience: Duration = .seconds(20)
  ) throws -> ReachableReply {
    let ruleSet = try #require(RuleDocument(reading: "{ rules = ( \(rules) ); }").ruleSet)
    let own = own.map(Self.address)
    let surroundings = ReachSurroundings(
      ruleSet: ruleSet, interfaces: filtered ? [EngineInterface(name: "eth0")] : [],
      local: AddressSpans(own.map { AddressRange(prefix: $0, length: 128) }), entries: [.authorize: authorized],
      now: Timestamp(seconds: 1_000_000),
      targets: own.map { ReachTarget(interface: "eth0", address: $0, place: filtered ? 0 : nil) })
    return ReachableReply(sockets, surroundings, enforced: enforced, enabled: enabled, patience: patience)
  }

  private static let closed = """
    { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
      { enabled = 1; propertyName = "Source net"; propertyValue = "192.168.0.0/24"; filterActionName = Pass; },
      { enabled = 1; propertyName = "Dest port"; propertyValue = 80; filterActionName = Pass; },
      { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; filterActionName = Delete; } ); }
    """

  private func text(_ rules: String, _ socket: ListeningSocket) throws -> String {
    try #require(reply(rules, [socket]).sockets.first).text
  }

  @Test func eachSocketSaysWhoComesIn() throws {
    #expect(try text(Self.closed, socket(80)) == "reachable")
    #expect(try text(Self.closed, socket(22)) == "only from 192.168.0.0/24")
    #expect(try text(Self.closed, socket(22, at: "2001:db8::10")) == "blocked by 1.3")
    #expect(try text(Self.closed, socket(53, protocolNumber: 17)) == "reachable")
    #expect(try text(Self.closed, socket(22, at: "127.0.0.1")) == "only this host")
    #expect(try text(Self.closed, socket(22, at: "::", isIPv6Only: true)) == "blocked by 1.3")
    // Bound to ::, it takes IPv4 as well.
    #expect(
      try text(Self.closed, socket(22, at: "::"))
        == "only from 192.168.0.0/24 at 192.0.2.10, blocked by 1.3 at 2001:db8::10")
  }

  /// What this host sends itself passes, but its own address is not one of others in its net.
  @Test func nobodyComesByOurOwnAddress() throws {
    let rules = """
      { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
        { enabled = 1; propertyName = "Source net"; propertyValue = "192.168.0.0/24"; filterActionName = Delete; },
        { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; filterActionName = Delete; } ); }
      """
    let reply = try reply(rules, [socket(22)], own: ["192.168.0.1"])
    #expect(reply.sockets.first?.text == "blocked by 1.2")
  }

  @Test func netsThatAreKeptOutAreNamed() throws {
    let rule =
      "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"198.51.100.0/24\"; filterActionName = Delete; }"
    #expect(try text(rule, socket(22)) == "reachable, but not from 198.51.100.0/24")
  }

  /// A net within another is a case of its own, and none of the other's.
  @Test func netsWithinNetsAreToldApart() throws {
    let rules = """
      { enabled = 1; propertyName = "Source net"; propertyValue = "10.0.0.0/30"; filterActionName = Delete; },
      { enabled = 1; propertyName = "Source net"; propertyValue = "10.0.0.0/8"; filterActionName = Pass; },
      { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; filterActionName = Delete; }
      """
    #expect(try text(rules, socket(22)) == "only from 10.0.0.0/8")
  }

  @Test func strangersAreNobodyThatRulesName() throws {
    let rules = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"].map {
      "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"\($0)\"; filterActionName = Delete; }"
    }.joined(separator: ",")
    #expect(try text(rules, socket(22)).hasPrefix("reachable, but not from 203.0.113.0/24"))
  }

  @Test func authorizedNetsAreAsked() throws {
    let rules = """
      { enabled = 1; propertyName = Include; propertyValue = authorize; filterActionName = Pass; },
      { enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Reject; }
      """
    let range = AddressRange(prefix: Self.address("198.51.100.7"), length: 128)
    let entry = AddressEntry(
      range: range, matchCount: 1, lastTime: Timestamp(seconds: 999_999), duration: .unlimited, triggeredBy: 0)
    let report = try #require(reply(rules, [socket(22)], authorized: [entry]).sockets.first)
    #expect(report.ways[0].exceptions == ["198.51.100.7"])
  }

  @Test func whereNothingIsFilteredEverythingIsReached() throws {
    let report = try #require(reply(Self.closed, [socket(22)], filtered: false).sockets.first)
    #expect(report.text == "reachable (eth0 is not filtered)")
    #expect(report.reach == .reachable && report.ways[0].unjudged)
  }

  @Test func oneSentenceSaysItAll() throws {
    let sockets = [socket(22), socket(80), socket(25, at: "2001:db8::10")]
    let some = try reply(Self.closed, sockets).sentence
    #expect(some.hasPrefix("others reach http (80/tcp); some others reach ssh (22/tcp); pings pass"))
    let twice = try reply(Self.closed, [socket(22), socket(22, at: "2001:db8::10")]).sentence
    #expect(twice.components(separatedBy: "ssh (22/tcp)").count == 2, "\(twice)")
    let nobody = "{ enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Delete; }"
    #expect(try reply(nobody, sockets).sentence == "others reach no service of this host; pings are not answered")
    #expect(try reply(nobody, sockets, enforced: false).sentence.hasPrefix("sentry only watches; "))
    #expect(try reply(nobody, sockets, enabled: false).sentence.hasPrefix("the firewall is off: every packet passes; "))
  }

  /// A server of DHCP comes from its own port, and rules that count let nobody tell one packet after another.
  @Test(arguments: ["", "{ enabled = 1; propertyName = \"Parent match count\"; propertyValue = 7; },"])
  func portsThatRulesNameAreTried(first: String) throws {
    let rules = """
      { enabled = 1; propertyName = "Source port"; propertyValue = "67 (DHCP server)"; filterActionName = Pass; \
      children = ( \(first) { enabled = 1; propertyName = Any; filterActionName = Pass; } ); },
      { enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Delete; }
      """
    #expect(try text(rules, socket(68, protocolNumber: 17)) == "only from port 67")
  }

  /// Who is triggered by the first try is still a stranger at the next.
  @Test func triesLeaveNothingBehind() throws {
    let rules = """
      { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; },
      { enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
      { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
      { enabled = 1; propertyName = "Dest port"; propertyValue = 80; filterActionName = Pass; },
      { enabled = 1; propertyName = User; propertyValue = 0; filterActionName = Pass; },
      { enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Delete; }
      """
    var other = socket(22)
    other.user = 33
    let sockets = try reply(rules, [socket(23), socket(80), socket(22), other]).sockets
    #expect(sockets.map(\.text) == ["blocked by 3", "reachable", "reachable", "blocked by 6"])
  }

  @Test func whatGoesToAGroupIsTried() throws {
    let rules =
      "{ enabled = 1; propertyName = \"Dest net\"; propertyValue = \"224.0.0.0/4\"; filterActionName = Delete; }"
    #expect(try text(rules, socket(5353, at: "224.0.0.251", protocolNumber: 17)) == "blocked by 1")
    #expect(try text("", socket(5353, at: "224.0.0.251", protocolNumber: 17)) == "reachable")
    let broadcast = try #require(reply("", [socket(137, at: "192.0.2.255", protocolNumber: 17)]).sockets.first)
    #expect(broadcast.text == "not tried" && broadcast.reach == .untried)
  }

  /// Whatever was tried before, each packet is the first that the rules see.
  @Test func whatRulesCountIsForgotten() throws {
    let rules = """
      { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
        { enabled = 1; propertyName = "Parent match count"; relationName = ">="; propertyValue = 3; filterActionName = Delete; },
        { enabled = 1; propertyName = Any; filterActionName = Pass; } ); }
      """
    let sockets = try reply(rules, (1...10).map { socket($0) }).sockets
    #expect(sockets.count == 10 && sockets.allSatisfy { $0.text == "reachable" })
  }

  /// Without time nothing is said to be closed.
  @Test func whatIsNotTriedIsNotSaidToBeClosed() throws {
    let rules = "{ enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Delete; }"
    let reply = try reply(rules, [socket(22)], patience: .zero)
    #expect(reply.sockets.first?.reach == .untried)
    #expect(reply.sentence.hasPrefix("nothing was found that others reach; ") && reply.incomplete == true)
  }

  @Test func moreNetsThanAreTriedAreTold() throws {
    let rules = (0..<300).map {
      "{ enabled = 1; propertyName = \"Source net\"; propertyValue = \"10.\($0 / 250).\($0 % 250).0/24\"; filterActionName = Pass; }"
    }.joined(separator: ", ")
    let reply = try reply(rules, [socket(22)])
    #expect(reply.incomplete == true)
    #expect(reply.sentence.hasSuffix("; not everything was tried"))
    #expect(try self.reply(Self.closed, [socket(22)]).incomplete == nil)
  }

  @Test func rulesAboutUsersKnowWhoListens() throws {
    let rules = """
      { enabled = 1; propertyName = User; propertyValue = 0; filterActionName = Pass; },
      { enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = Delete; }
      """
    var own = socket(22)
    #expect(try text(rules, own) == "reachable")
    own.user = 33
    #expect(try text(rules, own) == "blocked by 2")
  }
}
