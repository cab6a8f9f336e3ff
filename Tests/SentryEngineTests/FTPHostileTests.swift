import SentryEngine
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

/// Who abuses a control connection opens nothing.
@Suite struct FTPHostileTests {
  private static func bench(local: [String] = [Bench.host]) throws -> Bench {
    let rules = FTPHelperTests.rules
    return try Bench(rules[0], rules[1], rules[2], settings: "helpers = (ftp);", local: local)
  }

  /// What a client says, to this host as a server, after it has begun well.
  @Test(arguments: [
    ("PORT 192,0,2,77,24,131\r\n", "somebody else's address"), ("PORT 192,0,2,10,24,131\r\n", "the server's own"),
    ("PORT 127,0,0,1,24,131\r\n", "loopback"), ("PORT 203,0,113,9,0,22\r\n", "a port of a service"),
    ("PORT 203,0,113,9,3,255\r\n", "the last port of a service"),
    ("EPRT |1|192.0.2.77|6275|\r\n", "somebody else, in EPRT"),
    ("EPRT |2|2001:db8::77|6275|\r\n", "another family"),
  ])
  func aLineThatOpensAnotherPlaceIsRefused(_ text: String, _ why: String) throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.begin() + [ftp.asks(text), ftp.says("200 Okay\r\n")])
    #expect(bench.engine.helperReport == HelperReport(controls: 1, announced: 0, announcements: 0, refusals: 1))
    for address in [Bench.stranger, "192.0.2.77", Bench.host] {
      for port: UInt16 in [6_275, 22, 1_023] {
        #expect(bench.judge(tcp(from: Bench.host, 20, to: address, port: port)).verdict == .delete)
        #expect(bench.judge(tcp(from: "192.0.2.77", to: address, port: port)).verdict == .delete)
      }
    }
  }

  /// What a server says to this host as a client.
  @Test(arguments: [
    "227 (192,0,2,77,24,131)\r\n", "227 (203,0,113,9,24,131)\r\n", "229 (|||22|)\r\n", "229 (|||1023|)\r\n",
  ])
  func aReplyThatOpensAnotherPlaceIsRefused(_ text: String) throws {
    var bench = try Self.bench(local: [Bench.stranger])
    var ftp = FTPConversation()
    bench.play(ftp.begin() + [ftp.asks("PASV\r\n"), ftp.asks("EPSV\r\n"), ftp.says(text)])
    #expect(bench.engine.helperReport?.refusals == 1)
    #expect(bench.engine.helperReport?.announced == 0)
  }

  /// From its port 21 to a web server of ours, which sends text that somebody has put there.
  @Test func whoComesFromTheirPortIsNoServer() throws {
    var bench = try Bench(
      rule("Include", "==", "state", then: "Pass"), rule("Dest port", "==", "80", then: "Pass"),
      rule("Any", then: "Delete"), settings: "helpers = ftp;")
    var visit = FTPConversation()
    (visit.clientPort, visit.serverPort) = (21, 80)
    for packet in visit.open() { #expect(bench.judge(packet).verdict == .pass) }
    for text in ["HTTP/1.0 200 OK\r\n\r\n", "\r\nPORT 192,0,2,10,24,131\r\n", "PORT 192,0,2,10,24,131\r\n"] {
      _ = bench.judge(visit.asks("GET / HTTP/1.0\r\n\r\n"))
      _ = bench.judge(visit.says(text))
    }
    #expect(bench.judge(visit.data(to: 6_275)).verdict == .delete)
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  /// What begins behind a hole may be the body of a web form.
  @Test func aClientWhoseBeginningIsMissingIsNotHeard() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.open() { _ = bench.judge(packet) }
    _ = bench.judge(ftp.says("220 Welcome\r\n"))
    _ = bench.judge(ftp.fromClient([.psh, .ack], Array("x\r\nUSER a\r\n".utf8), skipping: 100))
    _ = bench.judge(ftp.asks("PORT 203,0,113,9,24,131\r\n"))
    #expect(bench.judge(ftp.data(to: 6_275, isActive: true)).verdict == .delete)
  }

  @Test func nobodyElseMayConnectWhereAPortWasAnnounced() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.beginPassive())
    #expect(bench.judge(ftp.data(to: 6_446, from: "203.0.113.10")).verdict == .delete)
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .pass)
  }

  /// Each end may say only what is its own: a client that repeats a server's words, or a server that asks.
  @Test func wordsOfTheOtherEndMeanNothing() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() + [
      ftp.asks("PASV\r\n"), ftp.asks("227 (203,0,113,9,24,131)\r\n"), ftp.says("PORT 192,0,2,10,24,131\r\n"),
    ] { _ = bench.judge(packet) }
    #expect(bench.engine.helperReport == HelperReport(controls: 1, announced: 0, announcements: 0, refusals: 0))
  }

  /// A server may be made to say anything: an echo of a wrong command, names of files, a welcome.
  @Test(arguments: [
    "500 227 (192,0,2,10,24,131)?\r\n", "213-Status\r\n227 (192,0,2,10,24,131)\r\n213 End\r\n",
    "220-Hello\r\n229 (|||6446|)\r\n220 there\r\n", " 227 (192,0,2,10,24,131)\r\n", "227-(192,0,2,10,24,131)\r\n",
    "500 ?\r227 (192,0,2,10,24,131)\r\n", "257 \"a\n227 (192,0,2,10,24,131)\n\"\r\n",
    "425 No\r\n227 (192,0,2,10,24,131)\r\n",
  ])
  func aReplyThatOnlyLooksLikeOneOpensNothing(_ text: String) throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.begin() + [ftp.asks("PASV\r\n"), ftp.asks("EPSV\r\n"), ftp.says(text)])
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  @Test func aReplyThatNobodyHasAskedForOpensNothing() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() + [ftp.says("227 (192,0,2,10,24,131)\r\n"), ftp.says("229 (|||6446|)\r\n")] {
      _ = bench.judge(packet)
    }
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  /// A segment's end is no line's end: the server's echo comes in two pieces, as small windows make it.
  @Test func aSegmentThatBeginsLikeAReplyIsNone() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() + [
      ftp.asks("PASV\r\n"), ftp.says("500 Unknown: "), ftp.says("227 (192,0,2,10,24,131)\r\n"),
    ] { _ = bench.judge(packet) }
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  /// A page on the web has a browser post a form to its own server's port of FTP.
  @Test func whatABrowserPostsIsNotFTP() throws {
    var bench = try Self.bench(local: [Bench.host, Bench.stranger])
    var ftp = FTPConversation(client: Bench.host, server: Bench.stranger)
    for packet in ftp.open() + [
      ftp.asks("POST / HTTP/1.1\r\nHost: x\r\n\r\nUSER me\r\nPORT 192,0,2,10,24,131\r\n"),
      ftp.asks("USER me\r\nPORT 192,0,2,10,24,131\r\n"),
    ] { _ = bench.judge(packet) }
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  /// In the hole a longer reply may have begun, in which names of files stand.
  @Test func behindAHoleAServersReplyIsNoAnswer() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    bench.play(ftp.begin() + [ftp.asks("PASV\r\n")])
    _ = bench.judge(ftp.fromServer([.psh, .ack], Array("x\r\n227 (192,0,2,10,24,131)\r\n".utf8), skipping: 20))
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  @Test func whatIsEncryptedIsNotRead() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.open() + [
      ftp.says("220 Welcome\r\n"), ftp.asks("AUTH TLS\r\n"), ftp.says("234 Go ahead\r\n"),
      ftp.asks("\nPORT 203,0,113,9,24,131\r\n"),
    ] { _ = bench.judge(packet) }
    #expect(bench.engine.helperReport?.announcements == 0)
  }

  /// Somebody who does not see the numbers cannot guess them.
  @Test func forgedSegmentsAreNotRead() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    let text = Array("PORT 203,0,113,9,24,131\r\n".utf8)
    for (sequence, acknowledgement) in [(0x7000_0000, 7_020), (0x10, 0x4000_0000), (0x9000_0000, 0x9000_0000)]
      as [(UInt32, UInt32)]
    {
      _ = bench.judge(
        Frame.tcp(
          from: Bench.stranger, 40_000, to: Bench.host, 21, flags: [.psh, .ack], payload: text, sequence: sequence,
          acknowledgement: acknowledgement))
    }
    #expect(bench.engine.helperReport?.announcements == 0)
    // And who is there is still understood.
    _ = bench.judge(ftp.asks("PORT 203,0,113,9,24,131\r\n"))
    #expect(bench.engine.helperReport?.announcements == 1)
  }

  @Test func aLineWithoutEndIsNoTrouble() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    for _ in 0..<64 { _ = bench.judge(ftp.asks(String(repeating: "A", count: 1_024))) }
    _ = bench.judge(ftp.asks("\r\nPORT 203,0,113,9,24,131\r\n"))
    #expect(bench.judge(ftp.data(to: 6_275, isActive: true)).verdict == .pass)
  }

  /// More control connections than there is room for: those that are left are understood.
  @Test func manyConnectionsDriveOutTheOldest() throws {
    var bench = try Self.bench()
    let capacity = HelperTables.controlCapacity
    for number in 0..<capacity + 10 {
      var ftp = FTPConversation()
      ftp.clientPort = UInt16(10_000 + number)
      for packet in ftp.open() {
        // Without the other evaluator, which would look at all connections each time.
        _ = bench.engine.judge(
          packet.span.bytes, linkType: .ethernet, wireLength: packet.count, time: Bench.time(0), interface: 0)
      }
    }
    #expect(bench.engine.helperReport?.controls == capacity)
    var ftp = FTPConversation()
    ftp.clientPort = 9_999
    bench.play(ftp.beginPassive())
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .pass)
  }

  /// In whosever names: nobody has acknowledged what the server answers.
  @Test func requestsThatNobodyConfirmsDriveOutNoSession() throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    for number in 0..<HelperTables.controlCapacity + HelperTables.openingCapacity {
      var flood = FTPConversation(client: "198.51.\(number / 250).\(number % 250)")
      for packet in [flood.fromClient(.syn), flood.fromServer([.syn, .ack])] {
        _ = bench.engine.judge(
          packet.span.bytes, linkType: .ethernet, wireLength: packet.count, time: Bench.time(0), interface: 0)
      }
    }
    #expect(bench.engine.helperReport?.controls == 1)
    for packet in [ftp.asks("EPSV\r\n"), ftp.says("229 (|||6446|)\r\n")] { _ = bench.judge(packet) }
    #expect(bench.judge(ftp.data(to: 6_446)).verdict == .pass)
  }

  /// Only who receives the server's answer knows its number.
  @Test(arguments: [(1 as UInt32, false), (0, true), (UInt32.max, false), (30_000, false)])
  func aClientMustAcknowledgeTheServersFirstNumber(offBy: UInt32, isFollowed: Bool) throws {
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in [ftp.fromClient(.syn), ftp.fromServer([.syn, .ack])] { _ = bench.judge(packet) }
    ftp.rewind(server: 0 &- offBy)
    for packet in [ftp.asks("USER a\r\n"), ftp.asks("PORT 203,0,113,9,24,131\r\n")] { _ = bench.judge(packet) }
    #expect(bench.judge(ftp.data(to: 6_275, isActive: true)).verdict == (isFollowed ? .pass : .delete))
  }

  /// Anything at all, in any pieces: never a trap, and never a way for anybody but the two ends.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func nonsenseOpensNothingForOthers(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var bench = try Self.bench()
    var ftp = FTPConversation()
    for packet in ftp.begin() { _ = bench.judge(packet) }
    let words = [
      "PORT ", "EPRT |1|", "227 ", "229 (|||", "203,0,113,9,", "192,0,2,10,", "PASV", "EPSV", "\r\n", "\n", "|", ")",
      "1",
      "6446", ",", "\u{0}", "220-", "220 ", "é",
    ]
    for _ in 0..<80 {
      let text = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in words.randomElement(using: &random) }
        .joined()
      let flags: Frame.TCPFlags = Int.random(in: 0..<20, using: &random) == 0 ? [.fin, .ack] : [.psh, .ack]
      let lost: UInt32 = Int.random(in: 0..<10, using: &random) == 0 ? .random(in: 1...100, using: &random) : 0
      let isFromClient = Bool.random(using: &random)
      _ = bench.judge(
        isFromClient
          ? ftp.fromClient(flags, Array(text.utf8), skipping: lost)
          : ftp.fromServer(flags, Array(text.utf8), skipping: lost))
    }
    for port: UInt16 in [1, 22, 80, 1_023, 6_446] {
      #expect(bench.judge(tcp(from: "203.0.113.10", port: port)).verdict == .delete)
      if port < 1_024 { #expect(bench.judge(tcp(port: port)).verdict == .delete) }
    }
    #expect((bench.engine.helperReport?.announced ?? 9) <= 1)
  }
}
