import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// Packets that bear the address of one end, and come where that end is not, are somebody else's.
@Suite struct FTPWaysTests {
  /// An engine that packets come to from more than one side: eth0, eth1, eth2 and lo.
  private struct Gateway: ~Copyable {
    enum Side: Int { case eth0, eth1, eth2, lo }

    var engine: Engine

    init() throws {
      let rules = FTPHelperTests.rules.joined(separator: ", ")
      let ruleSet = try Bench.ruleSet("{ rules = ( \(rules) ); settings = { helpers = (ftp); }; }")
      let interfaces = ["eth0", "eth1", "eth2"].map { EngineInterface(name: $0) }
      engine = Engine(
        rules: LoadedRules(ruleSet, labels: RuleLabels()),
        interfaces: interfaces + [EngineInterface(name: "lo", isLoopback: true)],
        local: AddressSpans([Bench.host].compactMap { IPAddress($0) }.map { AddressRange(prefix: $0, length: 128) }))
    }

    @discardableResult
    mutating func take(_ frame: [UInt8], _ side: Side, _ direction: Direction, isAtHook: Bool = true) -> Verdict {
      engine.judge(
        frame.span.bytes, linkType: .ethernet, wireLength: frame.count, time: Bench.time(0),
        from: PacketOrigin(interface: side.rawValue, direction: direction, isAtHook: isAtHook)
      ).verdict
    }

    /// A packet on its way through.
    mutating func forward(_ frame: [UInt8], _ from: Side, _ to: Side) {
      take(frame, from, .inbound)
      take(frame, to, .outbound)
    }

    var announcements: UInt64? { engine.helperReport?.announcements }
  }

  private static let passiveMode = "227 (192,0,2,10,195,80)\r\n"

  /// The client of a server here has a reply come in from the link, with the server's address and the right numbers.
  @Test func aClientOnTheLinkCannotAnswerForTheServer() throws {
    var gateway = try Gateway()
    var ftp = FTPConversation()
    gateway.take(ftp.fromClient(.syn), .eth0, .inbound)
    gateway.take(ftp.fromServer([.syn, .ack]), .eth0, .outbound)
    gateway.take(ftp.fromClient(.ack), .eth0, .inbound)
    gateway.take(ftp.asks("USER anonymous\r\n"), .eth0, .inbound)
    gateway.take(ftp.asks("PASV\r\n"), .eth0, .inbound)
    let forged = "227 (192,0,2,10,12,234)\r\n"
    gateway.take(ftp.says(forged), .eth0, .inbound)
    #expect(gateway.announcements == 0)
    #expect(gateway.take(ftp.data(to: 12 * 256 + 234), .eth0, .inbound) == .delete)
    ftp.rewind(server: UInt32(forged.utf8.count))
    gateway.take(ftp.says(Self.passiveMode), .eth0, .outbound)
    #expect(gateway.take(ftp.data(to: 50_000), .eth0, .inbound) == .pass)
  }

  /// The same the other way: a server that speaks for its client, this host.
  @Test func aServerOnTheLinkCannotAskForTheClient() throws {
    var gateway = try Gateway()
    var ftp = FTPConversation(client: Bench.host, server: Bench.stranger)
    gateway.take(ftp.fromClient(.syn), .eth0, .outbound)
    gateway.take(ftp.fromServer([.syn, .ack]), .eth0, .inbound)
    gateway.take(ftp.fromClient(.ack), .eth0, .outbound)
    for text in ["USER a\r\n", "PORT 192,0,2,10,24,131\r\n"] { gateway.take(ftp.asks(text), .eth0, .inbound) }
    #expect(gateway.announcements == 0)
    #expect(gateway.take(ftp.data(to: 6_275, isActive: true), .eth0, .inbound) == .delete)
  }

  /// Packets through a router are seen twice, and count once; from another side they count not at all.
  @Test(arguments: [true, false])
  func throughARouterEachEndSpeaksFromItsOwnSide(isForged: Bool) throws {
    var gateway = try Gateway()
    var ftp = FTPConversation(server: "198.51.100.7")
    gateway.forward(ftp.fromClient(.syn), .eth0, .eth1)
    gateway.forward(ftp.fromServer([.syn, .ack]), .eth1, .eth0)
    gateway.forward(ftp.fromClient(.ack), .eth0, .eth1)
    gateway.forward(ftp.asks("USER anonymous\r\n"), .eth0, .eth1)
    gateway.forward(ftp.asks("PASV\r\n"), .eth0, .eth1)
    gateway.forward(ftp.says("227 (198,51,100,7,195,80)\r\n"), isForged ? .eth0 : .eth1, isForged ? .eth1 : .eth0)
    #expect(gateway.announcements == (isForged ? 0 : 1))
    #expect(gateway.take(ftp.data(to: 50_000), .eth0, .inbound) == (isForged ? .delete : .pass))
  }

  /// Who has friends on another side of the router has them answer the request, before the server does or after.
  @Test(arguments: [true, false])
  func anAnswerMustComeFromWhereTheRequestHasGone(isRouted: Bool) throws {
    var gateway = try Gateway()
    var ftp = FTPConversation(server: isRouted ? "198.51.100.7" : Bench.host)
    let request = ftp.fromClient(.syn)
    gateway.take(request, .eth0, .inbound)
    let answer = ftp.fromServer([.syn, .ack])
    gateway.take(answer, .eth2, .inbound)
    if isRouted { gateway.take(request, .eth1, .outbound) }
    gateway.take(answer, .eth2, .inbound)
    gateway.take(ftp.fromClient(.ack), .eth0, .inbound)
    for text in ["USER anonymous\r\n", "PASV\r\n"] { gateway.take(ftp.asks(text), .eth0, .inbound) }
    gateway.take(ftp.says(isRouted ? "227 (198,51,100,7,195,80)\r\n" : Self.passiveMode), .eth2, .inbound)
    #expect(gateway.announcements == 0)
    #expect(gateway.engine.helperReport?.controls == 0)
  }

  /// A bridge sees each packet once, and may take both sides for the outside.
  @Test(arguments: [Direction.inbound, .outbound], [true, false])
  func theSidesOfABridgeTellTheEndsApart(inside: Direction, isForged: Bool) throws {
    var gateway = try Gateway()
    var ftp = FTPConversation(server: "198.51.100.7")
    gateway.take(ftp.fromClient(.syn), .eth0, .inbound, isAtHook: false)
    gateway.take(ftp.fromServer([.syn, .ack]), .eth1, inside, isAtHook: false)
    for text in ["", "USER anonymous\r\n", "PASV\r\n"] {
      gateway.take(ftp.fromClient(.ack, Array(text.utf8)), .eth0, .inbound, isAtHook: false)
    }
    let reply = ftp.says("227 (198,51,100,7,195,80)\r\n")
    gateway.take(reply, isForged ? .eth0 : .eth1, isForged ? .inbound : inside, isAtHook: false)
    #expect(gateway.announcements == (isForged ? 0 : 1))
  }

  /// On this host's interface to itself packets of both ends leave, and arrive again.
  @Test func onLoopbackBothEndsComeTheSameWay() throws {
    var gateway = try Gateway()
    var ftp = FTPConversation(client: "127.0.0.1", server: "127.0.0.2")
    for packet in ftp.beginPassive() { gateway.forward(packet, .lo, .lo) }
    #expect(gateway.announcements == 1)
    for packet in [ftp.asks("EPSV\r\n"), ftp.says("229 (|||6447|)\r\n")] { gateway.take(packet, .eth0, .inbound) }
    #expect(gateway.announcements == 1)
  }

  /// In a capture of a line between two others nothing but the addresses tells the ends apart.
  @Test func aCaptureOfOthersIsRead() throws {
    var bench = try Bench(
      FTPHelperTests.rules[0], FTPHelperTests.rules[1], FTPHelperTests.rules[2], settings: "helpers = (ftp);",
      local: ["192.0.2.99"])
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .pass)
  }
}
