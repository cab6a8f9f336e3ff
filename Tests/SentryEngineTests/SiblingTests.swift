@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// Many siblings of one kind. The bench compares each packet with the plain evaluator, which asks them one by one.
@Suite struct SiblingTests {
  /// Every rule counts and goes on, so that all that match show.
  private static func bench(_ property: String, _ relation: String = "==", to values: [String]) throws -> Bench {
    let rules = values.map { rule(property, relation, $0, then: "->") }
    return try Bench(document: "{ rules = ( \(rules.joined(separator: ", ")) ); }")
  }

  @Test(arguments: ["==", "!=", ">=", "<="]) func numbersAreFoundInOrder(relation: String) throws {
    var bench = try Self.bench("Dest port", relation, to: (0..<40).map { "\($0 * 7 % 40)" })
    let families = bench.engine.rules.siblings.families.count
    #expect(families == 1)
    for port: UInt16 in 0..<42 { _ = bench.judge(tcp(port: port)) }
    _ = bench.judge(ping())
  }

  @Test func netsOverlapAndNest() throws {
    var bench = try Self.bench(
      "Source net",
      to: ["0.0.0.0/0", "203.0.113.0/24", "203.0.0.0/8", "203.0.113.9", "198.51.100.0/24", "203.0.113.8-203.0.113.10"]
        + (0..<20).map { "203.0.113.\($0)" })
    for host in 0..<12 { _ = bench.judge(tcp(from: "203.0.113.\(host)")) }
    _ = bench.judge(tcp(from: "198.51.100.1"))
    #expect(bench.counts("1", "2") == [13, 12])
  }

  @Test func bothFamiliesOfAddressesStandTogether() throws {
    var bench = try Self.bench(
      "Source net",
      to: ["::/0", "2001:db8::/32", "2001:db8:1::/48", "0.0.0.0/0", "203.0.113.0/24"]
        + (0..<10).map { "2001:db8:1::\($0)" } + (0..<10).map { "203.0.113.\($0)" })
    for host in 0..<12 {
      _ = bench.judge(tcp(from: "203.0.113.\(host)"))
      _ = bench.judge(
        Frame.tcp(from: "2001:db8:1::\(host)", 40_000, to: "2001:db8::10", 80, flags: .syn))
    }
    #expect(bench.counts("1", "4") == [12, 12])
  }

  @Test func whatEndsTheWalkEndsIt() throws {
    let values = (0..<20).map { $0 % 2 == 0 ? "80" : "\($0)" }
    let rules = values.enumerated().map { place, value in
      rule("Dest port", "==", value, then: place == 10 ? "Delete" : "->", rule("Any", then: "->"))
    }
    var bench = try Bench(document: "{ rules = ( \(rules.joined(separator: ", ")) ); }")
    for _ in 0..<4 { #expect(bench.judge(tcp()).rule == "11") }
    #expect(bench.counts("1", "1.1", "9", "11", "13") == [4, 4, 4, 4, 0])
  }

  @Test func aSkippedSiblingIsNotAsked() throws {
    let rules = (0..<12).map { rule("Dest port", "==", "80", then: $0 == 3 ? "++" : "->") }
    var bench = try Bench(document: "{ rules = ( \(rules.joined(separator: ", ")) ); }")
    for _ in 0..<3 { _ = bench.judge(tcp()) }
    #expect(bench.counts("4", "5", "6") == [3, 0, 3])
  }

  @Test(arguments: ["==", "a=A"]) func wordsAreFoundWhereTheirWindowsSay(relation: String) throws {
    let words = ["scripts", "SCRIPTS", "[0:4]scri", "[8:64]cmd.exe", "cmd", "c", "cm", "[0:64]exe", "root", "[2:3]rip"]
    var bench = try Self.bench("Data content", relation, to: words)
    for payload in [
      "scripts/cmd.exe", "SCRIPTS", "cmd.exe", "", "c", "xc", "scripscripts", String(repeating: "c", count: 90),
    ] {
      _ = bench.judge(tcp(payload: payload))
    }
  }

  /// More than are kept of one look.
  @Test func aPayloadFullOfWordsIsLookedThroughAgain() throws {
    let words = (0..<40).map { "word\($0 + 10)" }
    var bench = try Self.bench("Data content", to: words.map { "[0:400]\($0)" })
    _ = bench.judge(tcp(payload: words.reversed().joined()))
    #expect(bench.counts("1", "20", "40") == [1, 1, 1])
  }

  /// What one search finds is where the next may start from, so rules between them keep their place.
  @Test func searchesThatFollowAnotherStayInPlace() throws {
    let values = (0..<10).map { "[0:64]w\($0)x" } + ["[+2,20]follow", "[0:64]w3x", "[+2,20]follow"]
    var bench = try Self.bench("Data content", to: values)
    _ = bench.judge(tcp(payload: "w1x w3x follow w9x"))
  }

  /// Longer than what is compared first, and alike there.
  @Test(arguments: ["==", "a=A"]) func wordsOfOtherMiddlesAndOtherCaseAreToldApart(relation: String) throws {
    let words = ["GETaaaaaaaaaaaaaaEND", "GETaaaaaaaBaaaaaaEND", "GETaaaaaaabaaaaaaEND", "getaaaaaaabaaaaaaend"]
    var bench = try Self.bench("Data content", relation, to: (words + words + words).map { "[0:64]\($0)" })
    for word in words { _ = bench.judge(tcp(payload: "..\(word)..")) }
    #expect(bench.counts("1", "2", "3", "4") == (relation == "==" ? [1, 1, 1, 1] : [1, 3, 3, 3]))
  }

  /// All bytes of the word must lie in the window.
  @Test func aWindowEndsWhereItSays() throws {
    let words = (0...8).map { "[\($0):\(12 - $0)]evil" }
    var bench = try Self.bench("Data content", to: words)
    for place in 0...12 { _ = bench.judge(tcp(payload: String(repeating: ".", count: place) + "evil")) }
    #expect(bench.counts("1", "2", "8", "9") == [9, 8, 2, 1])
  }

  @Test func hostNamesAreFoundInOrder() throws {
    let values =
      ["www.example.org", "*.example.org", "example.org", "*.org", "*.www.example.org", "WWW.Example.ORG."]
      + (0..<30).map { "host\($0).example.org" } + ["*.example.org"]
    var bench = try Self.bench("DNS name", to: values)
    for name in ["www.example.org", "example.org", "host7.example.org", "a.b.example.org", "org", "anexample.org", ""] {
      _ = bench.judge(Self.query(for: name))
    }
    _ = bench.judge(tcp())
    #expect(bench.counts("1", "2", "3", "4", "5", "6", "14", "37") == [1, 3, 1, 5, 0, 1, 1, 3])
  }

  /// A message with one question (RFC 1035 §4.1).
  private static func query(for name: String) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    let message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, 1, 0, 1]
    return Frame.udp(from: Bench.host, 40_000, to: Bench.stranger, 53, payload: message)
  }

  /// What a packet's name begins with is kept only where a rule has asked for it.
  @Test(arguments: [false, true]) func serverNamesAreReadWhereTheyAreAskedFor(isAskedFirst: Bool) throws {
    let names = (0..<10).map { number in
      rule("TLS server name", "==", number == 6 ? "*.example.org" : "host\(number).test", then: "Delete")
    }
    let start = [rule("Data content", "==", "[0:1]\\\\x16", then: "Pass")]
    let rules = isAskedFirst ? names + start : start + names
    var bench = try Bench(document: "{ rules = ( \(rules.joined(separator: ", ")) ); }")
    let hello = TLSClientHello.record(serverName: "www.example.org")
    let pieces = [hello.prefix(20), hello.dropFirst(20)]
    let outcomes = pieces.map { piece in
      bench.judge(
        Frame.tcp(
          from: Bench.host, 40_000, to: Bench.stranger, 443, flags: [.ack, .psh], payload: Array(piece),
          sequence: 1 + UInt32(piece.startIndex)))
    }
    #expect(outcomes.map(\.rule) == (isAskedFirst ? ["11", "7"] : ["1", nil]))
  }

  @Test func keywordsAreFoundInRequestsOnly() throws {
    var bench = try Self.bench("URL keyword", to: ["cart", "intranet", "x", "php"] + (0..<20).map { "word\($0)" })
    let request = "GET /Word7/cart.PHP HTTP/1.1\r\nAccept: word8\r\nHost: www.Intranet.example\r\n\r\nword9"
    _ = bench.judge(tcp(flags: .ack, payload: request))
    _ = bench.judge(tcp(flags: .ack, payload: "\u{1}" + request))
    _ = bench.judge(udp(payload: request))
    #expect(bench.counts("1", "2", "3", "4", "12", "13", "14") == [1, 1, 1, 1, 1, 0, 0])
  }
}

@Suite struct IntervalListsTests {
  /// Against asking each range.
  @Test(arguments: [UInt64(1), 2, 3, 4, 5]) func rangesAreFoundInOrder(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let ranges =
      (0..<Int32(300)).map { place -> (range: ClosedRange<UInt64>, place: Int32) in
        let first = UInt64.random(in: 0...2_000, using: &random)
        let width = UInt64.random(in: 0...(place % 7 == 0 ? 2_000 : 30), using: &random)
        return (first...(first + width), place)
      } + [(range: 0 ... .max, place: 300)]
    let lists = IntervalLists(ranges)
    for number in Array(0...2_100) + [UInt64.max] {
      let expected = ranges.filter { $0.range.contains(number) }.map(\.place)
      var found: [Int32] = []
      var next: Int32 = 0
      let list = lists.list(of: number)
      while true {
        let place = lists.firstPlace(from: next, in: list, before: 301)
        guard place < 301 else { break }
        found.append(place)
        next = place + 1
      }
      #expect(found == expected, "number \(number)")
    }
  }
}
