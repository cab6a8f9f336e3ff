import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

// Names in payloads: the rules ask, the packets answer, at the earliest packet that can.

/// The ClientHello of the example handshake in RFC 8448 §3, in its record. It asks for `server`.
private let clientHello = [UInt8](
  hex: """
    16 0301 00c4  # a handshake record of 196 bytes
    01 0000c0 0303
    cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7
    00 0006 1301 1303 1302 01 00 0091
    0000 000b 0009 00 0006 736572766572
    ff01 0001 00
    000a 0014 0012 001d 0017 0018 0019 0100 0101 0102 0103 0104
    0023 0000
    0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c
    002b 0003 02 0304
    000d 0020 001e 0403 0503 0603 0203 0804 0805 0806 0401 0501 0601 0201 0402 0502 0602 0202
    002d 0002 01 01
    001c 0002 4001
    """)
/// In the middle of the name.
private let cut = 66

@Suite struct ServerNameTests {
  private static let tracker = rule("TLS server name", "==", "server", then: "Delete")

  private func segment(_ bytes: some Sequence<UInt8>, sequence: UInt32, from port: UInt16 = 40_000) -> [UInt8] {
    Frame.tcp(
      from: Bench.host, port, to: Bench.stranger, 443, flags: [.ack, .psh], payload: Array(bytes), sequence: sequence)
  }

  private var first: [UInt8] { segment(clientHello[..<cut], sequence: 1_001) }
  private var second: [UInt8] { segment(clientHello[cut...], sequence: 1_001 + UInt32(cut)) }

  @Test func aNameInOneSegmentIsFound() throws {
    var bench = try Bench(Self.tracker)
    #expect(bench.judge(segment(clientHello, sequence: 1_001)).verdict == .delete)
  }

  @Test func aNameInTwoSegmentsIsFoundInTheSecond() throws {
    var bench = try Bench(Self.tracker)
    #expect(bench.judge(first).verdict == .pass)
    #expect(bench.judge(second, at: 0.1).verdict == .delete)
  }

  /// Wherever the message is cut, one of its segments has the name.
  @Test(arguments: 1..<clientHello.count)
  func everyCutLeavesTheNameInOneSegment(place: Int) throws {
    var bench = try Bench(Self.tracker)
    let verdicts = [
      bench.judge(segment(clientHello[..<place], sequence: 1)).verdict,
      bench.judge(segment(clientHello[place...], sequence: 1 + UInt32(place)), at: 0.1).verdict,
    ]
    #expect(verdicts == (verdicts[0] == .delete ? [.delete, .pass] : [.pass, .delete]))
  }

  @Test func threeSegmentsAreReadAsWell() throws {
    var bench = try Bench(Self.tracker)
    let pieces = [0..<20, 20..<50, 50..<clientHello.count]
    let verdicts = pieces.map { bench.judge(segment(clientHello[$0], sequence: UInt32($0.lowerBound))).verdict }
    #expect(verdicts == [.pass, .pass, .delete])
  }

  @Test func segmentsSentAgainAreJudgedAlike() throws {
    var bench = try Bench(Self.tracker)
    let verdicts = [first, first, second, second, first, second].enumerated()
      .map { step, packet in bench.judge(packet, at: Double(step)).verdict }
    #expect(verdicts == [.pass, .pass, .delete, .delete, .pass, .delete])
  }

  @Test func aHoleBetweenTheSegmentsHidesTheName() throws {
    var bench = try Bench(Self.tracker)
    _ = bench.judge(first)
    #expect(bench.judge(segment(clientHello[(cut + 1)...], sequence: 1_001 + UInt32(cut) + 1)).verdict == .pass)
    #expect(bench.judge(segment(clientHello[cut...], sequence: 1_001 + UInt32(cut), from: 40_001)).verdict == .pass)
  }

  @Test func whatHasNoNameMatchesNotEqualOnly() throws {
    var bench = try Bench(
      rule("TLS server name", "!=", "server", then: "Log"), rule("TLS server name", "==", "*.example.org", then: "Log"))
    #expect(bench.judge(udp()).logged == 1)
    #expect(bench.judge(segment(clientHello, sequence: 1)).logged == 0)
  }

  @Test func twoRulesReadTheSameName() throws {
    var bench = try Bench(
      rule("TLS server name", "==", "server", then: "Log"), rule("TLS server name", "==", "SERVER.", then: "Log"),
      rule("TLS server name", "==", "*.server", then: "Delete"))
    _ = bench.judge(first)
    #expect(bench.judge(second) == Outcome(verdict: .pass, rule: nil, logged: 2))
    // The next packet has no name, whatever the last one had.
    #expect(bench.judge(tcp()).logged == 0)
  }

  @Test func beginningsAreKeptOnlyWhereRulesAsk() throws {
    var bench = try Bench(rule("Any", then: "->"))
    _ = bench.judge(first)
    let old = bench.engine.rules.ruleSet
    let new = try Bench.ruleSet("( \(Self.tracker) )")
    _ = bench.engine.install(
      LoadedRules(new, generation: 2, labels: bench.labels), pairing: .none, interfaces: bench.engine.interfaces)
    #expect(old.rules.count == 1)
    #expect(bench.judge(second, at: 0.1).verdict == .pass)
    _ = bench.judge(first, at: 0.2)
    #expect(bench.judge(second, at: 0.3).verdict == .delete)
  }
}

@Suite struct DNSNameTests {
  /// A query for `www.example.org` (RFC 1035 §4).
  private static let query = [UInt8](
    hex: """
      1234 0100 0001 0000 0000 0000  # identification, recursion desired, one question
      03 777777 07 6578616d706c65 03 6f7267 00 0001 0001
      """)

  private func datagram(_ payload: [UInt8]) -> [UInt8] {
    Frame.udp(from: Bench.host, 40_000, to: Bench.stranger, 53, payload: payload)
  }

  @Test(arguments: [
    ("www.example.org", true), ("WWW.EXAMPLE.ORG.", true), ("*.example.org", true), ("*.org", true),
    ("example.org", false), ("*.www.example.org", false), ("*.ample.org", false), ("ww.example.org", false),
  ])
  func namesAndAllBelow(value: String, matches: Bool) throws {
    var bench = try Bench(rule("DNS name", "==", value, then: "Delete"))
    #expect(bench.judge(datagram(Self.query)).verdict == (matches ? .delete : .pass))
  }

  @Test func overTCPTheLengthComesFirst() throws {
    var bench = try Bench(rule("DNS name", "==", "www.example.org", then: "Delete"))
    let packet = Frame.tcp(
      from: Bench.host, 40_000, to: Bench.stranger, 53, flags: [.ack, .psh],
      payload: [0, UInt8(Self.query.count)] + Self.query)
    #expect(bench.judge(packet).verdict == .delete)
  }

  @Test func whatAsksNothingHasNoName() throws {
    var bench = try Bench(rule("DNS name", "!=", "www.example.org", then: "Delete"))
    #expect(bench.judge(ping()).verdict == .delete)
    #expect(bench.judge(datagram([])).verdict == .delete)
    #expect(bench.judge(datagram(Self.query)).verdict == .pass)
  }
}

@Suite struct URLKeywordTests {
  private static let request =
    "GET /shop/cart.php HTTP/1.1\r\nAccept: */*\r\nHost: www.Intranet.example\r\n\r\nbody words"

  @Test(arguments: [
    ("cart.php", true), ("CART", true), ("intranet", true), ("body", false), ("accept", false), ("/shop/", true),
  ])
  func requestLineAndHostAreSearched(keyword: String, matches: Bool) throws {
    var bench = try Bench(rule("URL keyword", "==", keyword, then: "Delete"))
    #expect(bench.judge(tcp(flags: .ack, payload: Self.request)).verdict == (matches ? .delete : .pass))
    #expect(bench.judge(udp(payload: Self.request)).verdict == .pass)
  }

  @Test func notEqualMatchesWhereNothingIsFound() throws {
    var bench = try Bench(rule("URL keyword", "!=", "cart", then: "Delete"))
    #expect(bench.judge(tcp(flags: .ack, payload: Self.request)).verdict == .pass)
    #expect(bench.judge(tcp(flags: .ack, payload: "GET / HTTP/1.1\r\n")).verdict == .delete)
    #expect(bench.judge(udp()).verdict == .delete)
  }

  @Test func aContentSearchMayStartWhereTheKeywordWas() throws {
    var bench = try Bench(
      rule("URL keyword", "==", "intranet", then: "->", rule("Data content", "==", "[+8:1].", then: "Delete")),
      rule("URL keyword", "==", "nowhere", then: "Log"), rule("Data content", "==", "[+0:8]Intranet", then: "Reject"))
    #expect(bench.judge(tcp(flags: .ack, payload: Self.request)).rule == "1.1")
    let other = Self.request.replacing("net.", with: "net:")
    // The failed search of rule 2 leaves the place of rule 1's alone.
    #expect(bench.judge(tcp(flags: .ack, payload: other)).rule == "3")
  }
}
