import SentryEngine
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@Suite struct TFTPHelperTests {
  private static func bench(_ settings: String = "helpers = (tftp);") throws -> Bench {
    try Bench(
      rule("Include", "==", "state", then: "Pass"), rule("Direction", "==", "outbound", then: "Pass"),
      rule("Any", then: "Delete"), settings: settings)
  }

  /// RFC 1350 §5.
  private static func request(_ operation: String = "\u{0}\u{1}", from port: UInt16 = 40_000) -> [UInt8] {
    udp(from: Bench.host, port, to: Bench.stranger, port: 69, payload: operation + "boot\u{0}octet\u{0}")
  }

  private static func answer(from server: String = Bench.stranger, to port: UInt16 = 40_000) -> [UInt8] {
    udp(from: server, 50_123, to: Bench.host, port: port, payload: "\u{0}\u{3}\u{0}\u{1}data")
  }

  @Test(arguments: ["\u{0}\u{1}", "\u{0}\u{2}"])
  func theAnswerMayComeFromAnyPortOfTheServer(operation: String) throws {
    var bench = try Self.bench()
    #expect(bench.judge(Self.answer()).verdict == .delete)
    _ = bench.judge(Self.request(operation))
    #expect(bench.judge(Self.answer(from: "203.0.113.10")).verdict == .delete)
    #expect(bench.judge(Self.answer(to: 40_001)).verdict == .delete)
    #expect(bench.judge(Self.answer()) == Outcome(verdict: .pass, rule: "1", logged: 0))
    #expect(bench.judge(Self.answer()).verdict == .pass)
  }

  @Test func itIsSwitchedOnByItself() throws {
    for settings in ["", "helpers = (ftp);"] {
      var bench = try Self.bench(settings)
      _ = bench.judge(Self.request())
      #expect(bench.judge(Self.answer()).verdict == .delete)
    }
  }

  @Test func whatIsNoRequestAnnouncesNothing() throws {
    var bench = try Self.bench()
    for operation in ["\u{0}\u{3}", "\u{1}\u{1}", "", "\u{0}"] { _ = bench.judge(Self.request(operation)) }
    _ = bench.judge(udp(from: Bench.host, 40_000, to: Bench.stranger, port: 69, payload: "\u{0}\u{1}"))
    #expect(bench.engine.helperReport?.announcements == 0)
    _ = bench.judge(Self.request(from: 53))
    #expect(bench.engine.helperReport?.refusals == 1)
  }

  /// Each is one datagram, in whosever name.
  @Test func requestsOfOthersDriveOutNoneOfThisHost() throws {
    var bench = try Bench(rule("Any", then: "Pass"), settings: "helpers = (tftp);")
    _ = bench.judge(Self.request())
    for number in 0..<HelperTables.announcementCapacity * 2 {
      let packet = udp(
        from: "198.51.\(number / 250).\(number % 250)", to: Bench.host, port: 69,
        payload: "\u{0}\u{1}boot\u{0}octet\u{0}")
      _ = bench.engine.judge(
        packet.span.bytes, linkType: .ethernet, wireLength: packet.count, time: Bench.time(0), interface: 0)
    }
    #expect(bench.engine.helperReport?.announced == HelperTables.announcementCapacity + 1)
    let answer = bench.judgement(Self.answer())
    #expect(answer.verdict == .pass)
    #expect(bench.engine.helperReport?.announced == HelperTables.announcementCapacity, "it was awaited")
  }
}
