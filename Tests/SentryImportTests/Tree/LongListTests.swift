import SentryDiagnostics
import SentryEngine
import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// Lists of hundreds: each packet fares as it must by whether its values are in the list, which a set of Swift's tells here.
@Suite struct LongListTests {
  private static let me = "192.0.2.10"
  private static let ports: [UInt16] = [22, 25, 80, 443]

  /// What the rules say of a packet: whether it passes, and how many entries are logged.
  private struct Case: Sendable, CustomTestStringConvertible {
    let rules: String
    let expected: @Sendable (_ isListed: Bool, _ isJoined: Bool, _ port: UInt16) -> (passes: Bool, logged: Int)

    var testDescription: String { rules }

    init(
      _ rules: String,
      _ expected: @escaping @Sendable (_ isListed: Bool, _ isJoined: Bool, _ port: UInt16) -> (Bool, Int)
    ) {
      (self.rules, self.expected) = (rules, expected)
    }
  }

  /// `@hosts` has addresses, `@doors` addresses with ports.
  private static let cases = [
    Case("FAMILY saddr @hosts tcp dport 25 drop") { listed, _, port in (!(listed && port == 25), 0) },
    Case("FAMILY saddr != @hosts tcp dport 25 drop") { listed, _, port in (listed || port != 25, 0) },
    Case("FAMILY saddr != @hosts log\ntcp dport 22 drop") { listed, _, port in (port != 22, listed ? 0 : 1) },
    Case("FAMILY saddr . tcp dport @doors drop") { _, joined, _ in (!joined, 0) },
    Case("FAMILY saddr . tcp dport != @doors drop") { _, joined, _ in (joined, 0) },
    Case("FAMILY saddr . tcp dport @doors log drop") { _, joined, _ in (!joined, joined ? 1 : 0) },
    Case("FAMILY saddr . tcp dport @doors log") { _, joined, _ in (true, joined ? 1 : 0) },
    Case("FAMILY saddr . tcp dport != @doors log") { _, joined, _ in (true, joined ? 0 : 1) },
    Case("FAMILY saddr != @hosts FAMILY saddr . tcp dport != @doors drop") { listed, joined, _ in
      (listed || joined, 0)
    },
    Case("FAMILY saddr != @hosts jump more") { listed, _, port in (listed || port != 443, 0) },
    Case("FAMILY saddr . udp dport != @doors drop") { _, _, _ in (true, 0) },
    Case("FAMILY saddr . th dport != @doors drop") { _, joined, _ in (joined, 0) },
    Case("tcp sport 40000 FAMILY saddr . tcp dport != @doors drop") { _, joined, _ in (joined, 0) },
    // Copies of where it leads to, one for each element, would be tens of thousands.
    Case("FAMILY saddr @hosts jump long") { listed, _, port in (!(listed && port == 443), 0) },
    Case("FAMILY saddr . tcp dport @doors jump long") { _, joined, port in (!(joined && port == 443), 0) },
    Case("jump closed") { _, joined, _ in (!joined, 0) },
    Case("goto closed") { _, joined, _ in (!joined, 0) },
    Case("jump others") { listed, _, _ in (!listed, 0) },
    Case("goto others") { listed, _, _ in (!listed, 0) },
  ]

  private static func text(_ rules: String, hosts: [IPAddress], doors: [(IPAddress, UInt16)], isIPv6: Bool) -> String {
    let family = isIPv6 ? "ip6" : "ip"
    return """
      table inet filter {
        set hosts { type \(family)v4_addr; elements = { \(hosts.map { "\($0)" }.joined(separator: ", ")) } }
        set doors { elements = { \(doors.map { "\($0) . \($1)" }.joined(separator: ", ")) } }
        chain input {
          type filter hook input priority 0; policy accept;
          \(rules.replacing("FAMILY", with: family))
        }
        chain more {
          tcp dport 443 drop
        }
        chain closed {
          \(family) saddr . tcp dport != @doors return
          drop
        }
        chain long {
          \((1_000..<1_050).map { "tcp sport \($0) drop" }.joined(separator: "\n"))
          tcp dport 443 drop
        }
        chain others {
          \(family) saddr != @hosts return
          drop
        }
      }
      """
  }

  private static func address(_ number: UInt32, isIPv6: Bool) -> IPAddress {
    isIPv6
      ? IPAddress(high: 0x2001_0DB8_0000_0000, low: UInt64(number)) : IPAddress(v4: 0xC633_0000 | number & 0xFFFF)
  }

  @Test(arguments: cases, [false, true])
  private func aPacketFaresAsTheListSays(_ c: Case, isIPv6: Bool) throws {
    var random = SplitMix64(state: 11)
    // Many beside each other, and the first and the last of all.
    var numbers: Set<UInt32> = isIPv6 ? [0] : [0, 0xFFFF]
    while numbers.count < 300 { numbers.insert(UInt32.random(in: 0...0x3FF, using: &random)) }
    let hosts = numbers.sorted().map { Self.address($0, isIPv6: isIPv6) }
    var doors: Set<[UInt32]> = []
    while doors.count < 400 {
      let port = Self.ports.randomElement(using: &random) ?? 0
      doors.insert([UInt32.random(in: 0...0x3FF, using: &random), UInt32(port)])
    }
    let joined = doors.sorted { $0[0] < $1[0] }.map { (Self.address($0[0], isIPv6: isIPv6), UInt16($0[1])) }
    let text = Self.text(c.rules, hosts: hosts, doors: joined, isIPv6: isIPv6)
    let rules = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    #expect(rules.diagnostics.filter { $0.severity >= .warning } == [])
    let ruleSet = try #require(rules.ruleSet)
    let document = RuleDocument(reading: Array((rules.text ?? "").utf8))
    #expect(document.findings(on: nil).filter { $0.severity >= .warning } == [])
    #expect((ruleSet.rules.map(\.depth).max() ?? 0) < 12 && ruleSet.rules.count < 1_500)
    var bench = ImportBench(ruleSet)
    for _ in 0..<1_500 {
      let number = UInt32.random(in: 0...0x400, using: &random)
      var packet = SeenPacket(
        source: Self.address(number == 0x400 ? 0xFFFF : number, isIPv6: isIPv6),
        destination: try #require(IPAddress(isIPv6 ? "2001:db8::ffff:1" : Self.me)), protocolNumber: 6)
      packet.destinationPort = Self.ports.randomElement(using: &random) ?? 0
      packet.sourcePort = 40_000
      packet.tcpFlags = 2
      let found = bench.judge(packet.bytes(), packet)
      let isJoined = doors.contains([number, UInt32(packet.destinationPort)])
      let expected = c.expected(hosts.contains(packet.source), isJoined, packet.destinationPort)
      guard (found.verdict == "pass") == expected.passes, found.logged == expected.logged else {
        Issue.record("\(packet): \(expected) became \(found)")
        return
      }
    }
  }

  /// Against ipfw(8) as we read it: `not` before a list, where the rule decides, goes on, skips and keeps state.
  @Test(arguments: [
    "00100 deny tcp from not LIST to any 25",
    "00100 count log ip from not LIST to any\n00200 deny ip from LIST to not LIST 22",
    "00100 skipto 400 ip from not LIST to any\n00200 deny tcp from any to any\n00300 count log udp from any to any\n"
      + "00400 deny udp from any to any 53",
    "00100 allow tcp from not LIST to any 80 keep-state\n00200 deny tcp from any 80 to any",
    "00100 reject ip from not LIST to not LIST in\n00200 deny log ip from not LIST to any ipttl 5",
  ])
  func aListThatIsNotMeantIsAsInIPFW(_ rules: String) throws {
    var random = SplitMix64(state: 5)
    let nets = (0..<150).map { _ in
      let address = IPAddress(v4: UInt32.random(in: 0xC633_5A00...0xC633_6EFF, using: &random))
      return "\(address)/\(Int.random(in: 26...32, using: &random))"
    }
    let text = rules.replacing("LIST", with: nets.joined(separator: ",")) + "\n65535 allow ip from any to any\n"
    let imported = SampleRulesetTests.imported(text)
    #expect(imported.diagnostics.filter { $0.severity >= .warning } == [])
    var bench = ImportBench(try #require(imported.ruleSet))
    var ipfw = try IPFWSemantics(text, me: SampleRulesetTests.me)
    var draw = PacketDraw(text, me: SampleRulesetTests.me, seed: 4)
    for count in 1...2_000 {
      var packet = draw.next()
      let frame = packet.bytes()
      let expected = ipfw.judge(packet)
      let found = bench.judge(frame, packet)
      let verdict = expected.verdict == .deny ? "delete" : expected.verdict == .allow ? "pass" : "reject"
      guard found.verdict == verdict, found.logged == expected.logged else {
        Issue.record("packet \(count), \(packet): \(expected) became \(found)")
        return
      }
    }
  }

  /// Each chain asks for some more, and leads to the next.
  @Test func chainsBelowChainsAreNoDeeperThanDocuments() {
    func none(_ offset: Int) -> String { (0..<15).map { "\($0 * 2 + offset)" }.joined(separator: ", ") }
    let chains = (0..<20).map { place in
      "chain c\(place) {\n tcp dport != { \(none(place * 40)) } tcp sport != { \(none(place * 40)) } "
        + (place < 19 ? "jump c\(place + 1)" : "drop") + "\ntcp dport \(1_000 + place) drop\n }"
    }
    let text = """
      table inet filter {
        chain input {
          type filter hook input priority 0; policy accept;
          jump c0
          udp dport 53 drop
        }
        \(chains.joined(separator: "\n"))
      }
      """
    let rules = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(!errors.isEmpty && errors.allSatisfy { $0.message.contains("or stand too deep") }, "\(errors)")
    #expect(rules.text?.contains("propertyValue = 53") == true && rules.text?.contains("propertyValue = 1000") == true)
  }

  /// What cannot be asked in a tree that can be read is refused at once, and alone.
  @Test func whatIsTooDeepIsRefusedAlone() {
    let ports = (0..<120).map { "\($0 * 2 + 1)" }.joined(separator: ", ")
    let text = """
      table inet filter {
        chain input {
          type filter hook input priority 0; policy accept;
          ip saddr 192.0.2.1 jump more
          tcp dport 22 drop
        }
        chain more {
          tcp dport != { \(ports) } return
          drop
        }
      }
      """
    let rules = ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1 && errors[0].message.contains("too many, or stand too deep"), "\(errors)")
    #expect(errors.first.map { rules.source.location(of: $0.range.lowerBound).line } == 8)
    #expect(rules.text?.contains("propertyValue = 22") == true)
  }
}
