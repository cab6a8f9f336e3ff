import SentryDiagnostics
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryRules

/// The checks may only call a rule unreachable when it is: whatever packets come, it never counts a match.
@Test(arguments: 0..<40 as Range<UInt64>)
func whatIsCalledUnreachableNeverMatches(seed: UInt64) throws {
  var random = SplitMix64(state: seed)
  var unreachable = 0
  var matched = 0
  for _ in 0..<25 {
    let text = RandomRules.document(using: &random)
    var bench = try Bench(document: text)
    let never = try unreachableRules(of: Bench.ruleSet(text))
    var seconds = 0.0
    for _ in 0..<60 {
      _ = bench.judge(RandomRules.packet(using: &random), at: seconds)
      seconds += Double.random(in: 0...4, using: &random)
    }
    for (index, rule) in try Bench.ruleSet(text).rules.enumerated() {
      let count = bench.engine.counters[index].matchCount
      matched += count > 0 ? 1 : 0
      unreachable += never.contains(index) ? 1 : 0
      #expect(!never.contains(index) || count == 0, "rule \(rule.number) matched \(count) times in\n\(text)")
    }
  }
  // The generator is worth its time only if both happen.
  #expect(unreachable > 30 && matched > 50, "\(unreachable) unreachable, \(matched) matched")
}

/// Everything that the analysis says no packet and no clock can match.
private func unreachableRules(of ruleSet: RuleSet) -> Set<Int> {
  var never: Set<Int> = []
  _ = CheckedDocument(ruleSet, in: SourceText(fileName: "", bytes: []), host: nil).reach(with: []) { index, reach in
    switch reach {
    case .never, .afterEnd, .jumpedOver, .lacksPacket, .belowUnreached: never.insert(index)
    case .packets, .clock: break
    }
  }
  return never
}

/// Rules and packets of few values, so that they often meet.
private enum RandomRules {
  static let tests: [(property: String, relations: [String], values: [String])] = [
    ("Any", ["==", "=="], [""]), ("Any", ["==", "!="], [""]), ("None", ["==", "!="], [""]),
    ("Direction", ["==", "!="], ["inbound", "outbound"]),
    ("Interface", ["==", "!="], ["eth0", "eth*", "wlan0", "external", "internal"]),
    ("Source net", ["==", "!=", ">=", "<="], ["203.0.113.0/24", "203.0.113.9", "0.0.0.0/0", "::/0", "2001:db8::/32"]),
    ("Dest net", ["==", "!="], ["192.0.2.0/24", "192.0.2.10", "2001:db8::10"]),
    ("Protocol", ["==", "!=", ">=", "<="], ["1", "6", "17", "6-17", "58"]),
    ("IPFragmentOffset", ["==", "!=", ">="], ["0", "1-63", "64"]),
    ("ICMP type", ["==", "!=", ">="], ["0", "3", "8"]), ("ICMPv6 type", ["==", "!="], ["128"]),
    ("TCP header flags", ["==", "!="], ["syn", "syn,-ack", "ack", "-syn", "rst,ack", "-rst"]),
    ("TCPOptions", ["==", "!="], ["2", "4"]), ("IPOptions", ["==", "!="], ["3", "7"]),
    ("Source port", ["==", "!=", "<="], ["53", "1024-65535"]),
    ("Dest port", ["==", "!=", ">=", "<="], ["22", "80", "20-25", "23-90", "0-65535", "53"]),
    ("IP version", ["==", "!="], ["4", "6"]), ("TTL", [">=", "<="], ["64"]),
    ("DNS name", ["==", "!="], ["example.org", "*.example.org", "*.org", "www.example.org", "example.com"]),
    ("Source match rate", ["==", "!=", ">=", "<="], ["0", "1", "2-5"]),
    ("Packet length", ["==", "!=", "<="], ["19", "20-60", "60-65535"]),
    ("Data content", ["==", "!="], ["GET", "[+1]E"]), ("Include", ["==", "!="], ["address", "state", "trigger"]),
    ("Connection state", ["==", "!="], ["new", "established", "none"]),
    ("Idle seconds", [">=", "=="], ["1", "10"]), ("Parent idle seconds", [">=", "!="], ["1"]),
    ("Parent match count", ["==", "!=", ">=", "<="], ["0", "1", "3"]),
    ("Parent byte count", [">=", "<="], ["0", "100"]),
    ("Time of day", ["==", "!="], ["9:00-9:01", "22:00-6:00", "0:00-23:59"]),
    ("Day of week", ["==", "!="], ["4", "5-1"]),
  ]

  static let actions = [
    "->", "->", "->", "->", "Log", "Group", "Group", "Exit group", "Exit group", "++", "++", "Pass", "Delete", "Delete",
    "Reject", "Trigger", "Delay", "Keep address", "Reset parent", "Dont log",
  ]

  static func document(using random: inout SplitMix64) -> String {
    "{ rules = ( \(list(depth: 0, using: &random)) ); }"
  }

  private static func list(depth: Int, using random: inout SplitMix64) -> String {
    let count = Int.random(in: 1...(depth == 0 ? 6 : 3), using: &random)
    return (0..<count).map { _ in rule(depth: depth, using: &random) }.joined(separator: ",\n")
  }

  private static func rule(depth: Int, using random: inout SplitMix64) -> String {
    let test = tests[Int.random(in: 0..<tests.count, using: &random)]
    let relation = test.relations[Int.random(in: 0..<test.relations.count, using: &random)]
    let value = test.values[Int.random(in: 0..<test.values.count, using: &random)]
    let action = actions[Int.random(in: 0..<actions.count, using: &random)]
    let isOn = Int.random(in: 0..<10, using: &random) > 0
    let hasChildren = depth < 4 && Int.random(in: 0..<10, using: &random) < 6
    let children = hasChildren ? "children = ( \(list(depth: depth + 1, using: &random)) );" : ""
    return """
      { enabled = \(isOn ? 1 : 0); propertyName = "\(test.property)"; relationName = "\(relation)"; \
      propertyValue = "\(value)"; filterActionName = "\(action)"; \(children) }
      """
  }

  static func packet(using random: inout SplitMix64) -> [UInt8] {
    let isIPv6 = Int.random(in: 0..<5, using: &random) == 0
    var ends =
      isIPv6 ? ["2001:db8::9", "2001:db8::10"] : [one(of: ["203.0.113.9", "198.51.100.1"], &random), Bench.host]
    if Bool.random(using: &random) { ends.reverse() }
    let ports: [UInt16] = [22, 23, 53, 80, 1024, 40_000]
    let (source, destination) = (one(of: ports, &random), one(of: ports, &random))
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
      return Frame.icmp(from: ends[0], to: ends[1], type: one(of: [0, 3, 8, 128], &random), code: 0, identifier: 1)
    case 1, 2: return Frame.udp(from: ends[0], source, to: ends[1], destination, payload: Array("GET".utf8))
    case 8:
      let name = one(of: ["example.org", "www.example.org", "a.b.example.org", "example.com"], &random)
      return Frame.udp(from: ends[0], source, to: ends[1], 53, payload: DNSQuery(name: name)?.message ?? [])
    case 3 where !isIPv6:
      return Frame.ipv4(
        from: ends[0], to: ends[1], protocol: one(of: [1, 6, 17], &random), identification: 7,
        fragmentOffset: one(of: [1, 64, 100], &random), payload: Array("GET E".utf8))
    default:
      let flags = Frame.TCPFlags(rawValue: one(of: [2, 16, 18, 20, 4, 24], &random))
      return Frame.tcp(from: ends[0], source, to: ends[1], destination, flags: flags, payload: Array("GET /E".utf8))
    }
  }

  private static func one<Value>(of values: [Value], _ random: inout SplitMix64) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
}
