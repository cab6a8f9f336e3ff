import Foundation
import SentryJournal
import SentryPacket
import SentryRules
import Testing

@testable import SentryCommands

@Suite struct TrafficTextTests {
  // MARK: Numbers and fields

  /// By hand: 1,048,576 is 1 MiB.
  @Test(
    arguments: [
      (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (102_400, "100 KiB"),
      (1_048_575, "1023 KiB"), (1_048_576, "1.0 MiB"), (10_695_475, "10.1 MiB"), (1 << 40, "1.0 TiB"),
      (UInt64.max, "15.9 EiB"),
    ] as [(UInt64, String)])
  func bytesAreReadInUnitsOf1024(bytes: UInt64, text: String) {
    #expect(ByteText.short(bytes) == text)
  }

  /// RFC 4180 §2; the second half are beginnings that spreadsheets take for formulas.
  @Test(arguments: [
    ("eth0", "eth0"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
    ("two\r\nlines", "\"two\r\nlines\""), ("_a\u{1B}[2J", "_a\u{241B}[2J"), ("Büro", "Büro"),
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
    ("=cmd|' /C calc'!A0,x", "\"'=cmd|' /C calc'!A0,x\""), ("\u{FF1D}1", "'\u{FF1D}1"), ("a=1", "a=1"),
  ])
  func fieldsAreQuotedAndNoFormulas(field: String, text: String) {
    #expect(CSVText.field(field) == text)
  }

  @Test func linesEndWithCRLF() {
    var csv = CSVText("name", "bytes")
    csv.add(["_web, in", "5"])
    #expect(csv.text == "name,bytes\r\n\"_web, in\",5\r\n")
  }

  @Test(
    arguments: [
      (0, 0, ""), (0, 100, "0 %"), (1, 1_000, "<1 %"), (999, 1_000, "99 %"), (1_000, 1_000, "100 %"),
      (UInt64.max, UInt64.max, "100 %"), (UInt64.max / 2, UInt64.max, "49 %"),
    ] as [(UInt64, UInt64, String)])
  func sharesAreCutOff(part: UInt64, all: UInt64, text: String) {
    #expect(Traffic.Top.share(part, of: all) == text)
  }

  // MARK: Bars

  private func chart(width: Int, _ ink: BarChart.Ink = .ascii) -> ([TextTable.Column]) -> BarChart {
    { BarChart($0, ink: ink, width: width) }
  }

  private let top = TrafficTop(
    rows: [
      (
        .service(TrafficService(protocolNumber: 6, port: 443)),
        TrafficCounts(packetsIn: 9, packetsOut: 6, bytesIn: 6_144, bytesOut: 2_048)
      ),
      (.service(TrafficService(protocolNumber: 17, port: 59_999)), TrafficCounts(packetsIn: 1, bytesIn: 4_096)),
      (.others(.service), TrafficCounts(packetsIn: 0, packetsOut: 1, bytesIn: 0, bytesOut: 1)),
    ], total: TrafficCounts(packetsIn: 10, packetsOut: 7, bytesIn: 10_240, bytesOut: 2_049))
  private let period = TrafficPeriod(since: Timestamp(seconds: 0), until: Timestamp(seconds: 86_400))

  @Test(arguments: [62, 80, 200])
  func linesFitTheWidth(width: Int) {
    let lines = Traffic.Top.text(of: top, .service, period, style: Style(isOn: false), chart: chart(width: width))
    #expect(lines.dropFirst().allSatisfy { $0.count <= width })
    #expect(lines.dropFirst().map(\.count).max() == width, "the largest fills the line")
  }

  @Test func aBarSaysHowMuchAndWhichWay() {
    let lines = Traffic.Top.text(of: top, .service, period, style: Style(isOn: false), chart: chart(width: 68))
    #expect(lines[0].hasSuffix(": 10.0 KiB in, 2.0 KiB out (bars: # in, = out)"))
    #expect(
      Array(lines.dropFirst()) == [
        "service    share    bytes       in      out  packets",
        "TCP https   66 %  8.0 KiB  6.0 KiB  2.0 KiB       15  ###########===",
        "UDP 59999   33 %  4.0 KiB  4.0 KiB      0 B        1  #######",
        "(others)    <1 %      1 B      0 B      1 B        1  =",
      ])
  }

  @Test func withoutRoomThereAreNoBars() {
    let lines = Traffic.Top.text(of: top, .service, period, style: Style(isOn: false), chart: chart(width: 40))
    #expect(lines.dropFirst().allSatisfy { !$0.contains("#") && !$0.contains("=") })
  }

  @Test(
    arguments: [
      (["LANG": "de_DE.UTF-8"], true), (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false), (["LC_CTYPE": "C.utf8"], true),
      ([:], false), (["LC_ALL": "", "LANG": "en_US.UTF-8"], true),
    ] as [([String: String], Bool)])
  func blocksWhereTheTerminalShowsThem(environment: [String: String], areBlocks: Bool) {
    #expect(BarChart.Ink.suiting(environment) == (areBlocks ? .blocks : .ascii))
  }

  // MARK: Reports

  @Test func topAsCSV() {
    #expect(
      Traffic.Top.csv(of: top, .service) == """
        service,protocol,port,packetsIn,packetsOut,bytesIn,bytesOut\r
        TCP https,6,443,9,6,6144,2048\r
        UDP 59999,17,59999,1,0,4096,0\r
        (others),,,0,1,0,1\r

        """)
  }

  @Test func namesFromElsewhereDoNotSteerTheTerminal() {
    #expect(TrafficKey.application("/tmp/\u{1B}[2Jx").text == "/tmp/\u{241B}[2Jx")
  }

  @Test func gapsInTheHistoryAreLines() {
    let spans = [3, 5].map { TrafficSpan(start: Timestamp(seconds: $0 * 3_600), counts: TrafficCounts(bytesIn: 1)) }
    let filled = Traffic.History.filled(spans, .hour, until: Timestamp(seconds: 7 * 3_600), timeZone: .gmt)
    #expect(filled.map { $0.start.seconds / 3_600 } == [3, 4, 5, 6])
    #expect(filled.map(\.counts.bytesIn) == [1, 0, 1, 0])
  }

  /// Berlin, 2023: the 29th of October had 25 hours.
  @Test func daysAreAsLongAsTheClockMakesThem() throws {
    let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
    let first = TrafficSpan(start: Timestamp(seconds: 1_698_444_000), counts: TrafficCounts(bytesIn: 1))
    let filled = Traffic.History.filled([first], .day, until: Timestamp(seconds: 1_698_800_000), timeZone: zone)
    #expect(filled.map { $0.start.seconds - 1_698_444_000 } == [0, 86_400, 176_400, 262_800, 349_200])
  }

  @Test(arguments: [(3_600, .minute), (86_400, .hour), (30 * 86_400, .day)] as [(Int64, TrafficScale)])
  func linesSuitTheTime(seconds: Int64, scale: TrafficScale) {
    let period = TrafficPeriod(
      since: Timestamp(seconds: 1_000_000_000 - seconds), until: Timestamp(seconds: 1_000_000_000))
    #expect(Traffic.History.scale(suiting: period, now: 1_000_000_000) == scale)
  }

  @Test func minutesJoinToIntervals() {
    let spans = [0, 60, 300].map { second in
      BandwidthSpan(start: Timestamp(seconds: second), number: "1", name: "_web", packets: 1, bytes: 10)
    }
    let joined = Traffic.Bandwidth.joined(spans, seconds: 300, isDay: false)
    #expect(joined.map(\.start.seconds) == [0, 300])
    #expect(joined.map(\.bytes) == [20, 10])
    #expect(
      Traffic.Bandwidth.csv(of: joined).split(separator: "\r\n").first == "time,rule,name,packets,bytes")
  }

  @Test(
    arguments: [
      ("https", 6, 443), ("tcp/443", 6, 443), ("udp/domain", 17, 53), ("8443", 6, 8_443), ("icmp", 1, 0),
      ("GRE", 47, 0),
    ] as [(String, UInt8, UInt16)])
  func servicesAreNamedAsPeopleDo(text: String, protocolNumber: UInt8, port: UInt16) throws {
    #expect(try TrafficService(argument: text) == TrafficService(protocolNumber: protocolNumber, port: port))
  }

  @Test(arguments: ["", "nosuchservice", "tcp/", "tcp/70000", "icmp/8", "a/b/c", "nosuch/5"])
  func whatIsNoServiceIsRefused(text: String) {
    #expect(throws: (any Error).self) { try TrafficService(argument: text) }
  }
}
