import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// A conversation in which one end says where it awaits the other.
struct FTPCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var isIPv6 = false
  /// The client asks, the server says.
  let asks: String
  let says: String
  /// Where the data connection goes, and who opens it.
  let port: UInt16
  var isActive = false

  static let stranger6 = "2001:db8:bad::9"
  static let host6 = "2001:db8::10"

  static let all = [
    FTPCase(
      testDescription: "PASV", asks: "PASV\r\n", says: "227 Entering Passive Mode (192,0,2,10,195,80).\r\n",
      port: 50_000),
    FTPCase(
      testDescription: "EPSV", asks: "EPSV\r\n", says: "229 Entering Extended Passive Mode (|||6446|)\r\n", port: 6_446),
    FTPCase(
      testDescription: "EPSV over IPv6", isIPv6: true, asks: "EPSV 2\r\n", says: "229 Extended (|||6446|)\r\n",
      port: 6_446),
    FTPCase(
      testDescription: "PORT", asks: "PORT 203,0,113,9,24,131\r\n", says: "200 Okay\r\n", port: 6_275, isActive: true),
    FTPCase(
      testDescription: "EPRT", asks: "EPRT |1|203.0.113.9|6275|\r\n", says: "200 Okay\r\n", port: 6_275, isActive: true),
    FTPCase(
      testDescription: "EPRT over IPv6", isIPv6: true, asks: "EPRT |2|2001:db8:bad::9|5282|\r\n", says: "200 Okay\r\n",
      port: 5_282, isActive: true),
  ]

  var conversation: FTPConversation {
    isIPv6 ? FTPConversation(client: Self.stranger6, server: Self.host6) : FTPConversation()
  }
}

@Suite struct FTPHelperTests {
  /// Everything but FTP's own port is closed, in both directions.
  static let rules = [
    rule("Include", "==", "state", then: "Pass"), rule("Dest port", "==", "21", then: "Pass"),
    rule("Any", then: "Delete"),
  ]

  private static func bench(
    _ settings: String = "helpers = (ftp);", local: [String] = [Bench.host, FTPCase.host6]
  ) throws -> Bench {
    try Bench(rules[0], rules[1], rules[2], settings: settings, local: local)
  }

  /// On the side of the server and on that of the client.
  private static let sides = [[Bench.host, FTPCase.host6], [Bench.stranger, FTPCase.stranger6]]

  @Test(arguments: FTPCase.all, sides)
  func anAnnouncedConnectionIsKnownFromItsFirstPacket(_ c: FTPCase, local: [String]) throws {
    var bench = try Self.bench(local: local)
    var ftp = c.conversation
    for packet in ftp.begin() { #expect(bench.judge(packet).verdict == .pass) }
    let data = ftp.data(to: c.port, isActive: c.isActive)
    #expect(bench.judge(data).verdict == .delete, "nobody has spoken of it")
    _ = bench.judge(ftp.asks(c.asks))
    _ = bench.judge(ftp.says(c.says))
    #expect(bench.judge(ftp.data(to: c.port + 1, isActive: c.isActive)).verdict == .delete)
    #expect(bench.judge(data) == Outcome(verdict: .pass, rule: "1", logged: 0))
    // It is used up, but the request may be sent again: its flow is known.
    #expect(bench.judge(data).verdict == .pass)
    #expect(bench.engine.helperReport?.announced == 0)
    #expect(bench.engine.helperReport?.refusals == 0)
  }

  @Test(arguments: FTPCase.all)
  func withoutTheHelperNothingIsOpened(_ c: FTPCase) throws {
    var bench = try Self.bench("")
    var ftp = c.conversation
    bench.play(ftp.begin() + [ftp.asks(c.asks), ftp.says(c.says)])
    #expect(bench.judge(ftp.data(to: c.port, isActive: c.isActive)).verdict == .delete)
    #expect(bench.engine.helperReport == nil)
  }

  /// Every place where a line can be cut in two, and in single bytes.
  @Test(arguments: FTPCase.all)
  func linesMayBeSplitOverSegments(_ c: FTPCase) throws {
    let text = Array((c.isActive ? c.asks : c.says).utf8)
    for cut in 0...text.count {
      let pieces = cut == 0 ? text.map { [$0] } : [Array(text[..<cut]), Array(text[cut...])]
      var bench = try Self.bench()
      var ftp = c.conversation
      for packet in ftp.begin() { _ = bench.judge(packet) }
      if !c.isActive { _ = bench.judge(ftp.asks(c.asks)) }
      for piece in pieces {
        _ = bench.judge(c.isActive ? ftp.fromClient([.psh, .ack], piece) : ftp.fromServer([.psh, .ack], piece))
      }
      #expect(bench.judge(ftp.data(to: c.port, isActive: c.isActive)).verdict == .pass, "cut at \(cut)")
    }
  }

  @Test func whatIsSentTwiceCountsOnce() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.begin() + [ftp.asks("PASV\r\n")])
    let reply = "227 Entering Passive Mode (192,0,2,10,195,80).\r\n"
    _ = bench.judge(ftp.says(String(reply.prefix(20))))
    // The whole line, of which a part is known.
    ftp.rewind(server: 20)
    _ = bench.judge(ftp.says(reply))
    ftp.rewind(server: UInt32(reply.utf8.count))
    _ = bench.judge(ftp.says(reply))
    #expect(bench.engine.helperReport?.announcements == 1)
    #expect(bench.judge(ftp.data(to: 50_000)).verdict == .pass)
  }

  /// The second half comes first: what it belongs to cannot be known.
  @Test func aLineWithAHoleIsGivenUpAndTheNextIsRead() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    _ = bench.judge(
      ftp.fromClient([.psh, .ack], Array("3,9,24,131\r\nPORT 203,0,113,9,24,132\r\n".utf8), skipping: 14))
    #expect(bench.judge(ftp.data(to: 6_275, isActive: true)).verdict == .delete)
    #expect(bench.judge(ftp.data(to: 6_276, isActive: true)).verdict == .pass)
  }

  @Test func eachAnnouncementTakesThePlaceOfTheOneBefore() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    for number in 0..<3_000 {
      _ = bench.judge(ftp.asks("PASV\r\n"))
      _ = bench.judge(ftp.says("227 (192,0,2,10,\(40 + number / 256),\(number % 256))\r\n"))
    }
    #expect(bench.engine.helperReport == HelperReport(controls: 1, announced: 1, announcements: 3_000, refusals: 0))
    #expect(bench.judge(ftp.data(to: 40 * 256)).verdict == .delete)
    #expect(bench.judge(ftp.data(to: UInt16(40 * 256 + 2_999))).verdict == .pass)
  }

  @Test func anAnnouncementHoldsForAMinute() throws {
    for (seconds, verdict) in [(59.9, Verdict.pass), (60, .delete)] {
      var bench = try Self.bench()
      var ftp = FTPConversation()
      bench.play(ftp.beginPassive())
      #expect(bench.judge(ftp.data(to: 6_446), at: seconds).verdict == verdict)
    }
  }

  @Test func onlyARequestBeginsAnAnnouncedConnection() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    for flags in [Frame.TCPFlags.ack, [.syn, .ack], .rst, .fin] {
      #expect(bench.judge(tcp(port: 6_446, flags: flags)).verdict == .delete)
    }
    #expect(bench.judge(udp(port: 6_446)).verdict == .delete)
  }

  @Test func itIsEstablishedAndNotNew() throws {
    var bench = try Bench(
      rule("Dest port", "==", "21", then: "Pass"), rule("Source port", "==", "21", then: "Pass"),
      rule("Connection state", "==", "established", then: "Pass"), rule("Any", then: "Delete"),
      settings: "helpers = ftp;")
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    #expect(bench.judge(ftp.data(to: 6_446)).rule == "3")
  }

  @Test func otherPortsCanBeSet() throws {
    var bench = try Bench(
      rule("Include", "==", "state", then: "Pass"), rule("Dest port", "==", "2121", then: "Pass"),
      rule("Any", then: "Delete"), settings: "helpers = (ftp, \"ftp 2121\");")
    var ftp = FTPConversation()
    ftp.serverPort = 2_121
    bench.play(ftp.beginPassive())
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .pass)
  }

  /// Who has begun a connection that is open when the helper is switched on, nobody can tell.
  @Test func aConnectionWhoseBeginningWasNotSeenIsNotRead() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    _ = ftp.open()
    _ = bench.judge(ftp.asks("NOOP\r\n"))
    _ = bench.judge(ftp.says("200 Okay\r\n"))
    _ = bench.judge(ftp.asks("EPSV\r\n"))
    _ = bench.judge(ftp.says("229 (|||6446|)\r\n"))
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .delete)
    #expect(bench.engine.helperReport?.controls == 0)
  }

  /// Another document keeps what was announced, unless it switches the helper off.
  @Test(arguments: [("(ftp, tftp)", Verdict.pass), ("(tftp)", .delete)])
  func appliedRulesDecideWhatIsStillKnown(helpers: String, verdict: Verdict) throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    let text = "{ rules = ( \(Self.rules.joined(separator: ", ")) ); settings = { helpers = \(helpers); }; }"
    let rules = LoadedRules(try Bench.ruleSet(text), labels: bench.labels)
    _ = bench.engine.install(
      rules, pairing: RulePairing(old: bench.engine.rules.ruleSet, new: rules.ruleSet),
      interfaces: bench.engine.interfaces)
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == verdict)
  }

  /// What an engine among several has heard of belongs to it, even if the connection goes between two others.
  @Test func announcedConnectionsAreNoticedAmongSeveralEngines() throws {
    var bench = try Self.bench()
    bench.engine.becomeShard(among: 2)
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    let data = ftp.data(to: 6_446)
    bench.engine.look(
      at: tcp(port: 6_447).span.bytes, linkType: .ethernet, wireLength: 60, time: Bench.time(0), interface: 0)
    #expect(bench.engine.breach == nil)
    bench.engine.look(
      at: data.span.bytes, linkType: .ethernet, wireLength: data.count, time: Bench.time(0), interface: 0)
    #expect(bench.engine.breach != nil)
  }

  @Test func controlConnectionsNeverStayInTheKernel() throws {
    for (settings, stays) in [("", true), ("helpers = ftp;", false)] {
      var bench = try Self.bench(settings)
      bench.engine.asksAboutFlowsFrom = 4
      var ftp = FTPConversation()
      var news: Set<FlowNews> = []
      for packet in ftp.begin() { _ = bench.judge(packet) }
      for _ in 0..<40 {
        news.insert(bench.judgement(ftp.asks("NOOP\r\n")).flow)
        news.insert(bench.judgement(ftp.says("200 Okay\r\n")).flow)
      }
      #expect(news.contains(.stays) == stays)
    }
  }
}
