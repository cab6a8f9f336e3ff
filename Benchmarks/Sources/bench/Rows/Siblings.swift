import SentryPacket
import SentryRules

private let row = "sibling rules"

/// What a packet costs that a late one of 10 to 10,000 rules side by side matches: one of the last tenth, each as
/// often.
func measureSiblings() throws {
  for kind in SiblingKind.allCases {
    let counts = [(10, "10"), (100, "100"), (1_000, "1,000"), (10_000, "10,000")]
    let costs = counts.map { count, _ in measure(kind, count: count) }
    Figure(
      row: row, measure: "\(kind.rawValue): a packet by 10,000 against 10", value: costs[3].whole / costs[0].whole,
      unit: "×", wanted: .atMost(2)
    ).report()
    for ((_, name), cost) in zip(counts, costs) {
      let measure = "\(kind.rawValue), \(name) rules"
      Figure(row: row, measure: measure, value: cost.whole, unit: "ns/packet").report()
      Figure(row: row, measure: "\(measure), what the rules cost", value: cost.rules, unit: "ns/packet").report()
    }
  }
}

private func measure(_ kind: SiblingKind, count: Int) -> JudgingCost {
  var numbers = Numbers(seed: 6)
  let words = kind == .content ? distinctWords(count, &numbers) : []
  let ruleSet = ruleSet(of: kind.text(of: count, words))
  let late = (0..<(kind == .content ? 250 : 1_000)).map { count - 1 - $0 % (count / 10) }.shuffled(using: &numbers)
  var frames = HeldFrames()
  for index in late { frames.append(kind.frame(for: index, words, &numbers)) }
  var judging = Judging(ruleSet, frames)
  guard judging.deciders().allSatisfy({ $0.map { ruleSet.rules.count - $0 <= kind.lateRules(of: count) } ?? false })
  else { fail("\(row), \(kind.rawValue): a packet was decided by none of the late rules") }
  return JudgingCost(of: &judging, ruleSet, frames)
}

/// What the rules ask.
private enum SiblingKind: String, CaseIterable {
  case destPort = "Dest port"
  case sourceNet = "Source net"
  case protocolAndPort = "Protocol + port"
  case refinedProtocol = "Protocol + port, each rule with one port below"
  case content = "Data content"
  case name = "DNS name"

  /// Rule `index` asks for the port `1,000 + index`, or the net of 256 addresses with that number in 10.0.0.0/8, or its
  /// word, or the names below a domain of its own; or it asks for TCP, like all others, and the rule below it for the port.
  func text(of count: Int, _ words: [String]) -> String {
    let indices = 0..<count
    return switch self {
    case .destPort: documentText(indices.map { rule("Dest port", "\(1_000 + $0)") })
    case .sourceNet: documentText(indices.map { rule("Source net", "10.\($0 >> 8).\($0 & 255).0/24") })
    case .protocolAndPort:
      // The even ports below TCP, the odd ones below UDP.
      documentText([
        rule("Protocol", "6", indices.filter { $0 % 2 == 0 }.map { rule("Dest port", "\(1_000 + $0)") }),
        rule("Protocol", "17", indices.filter { $0 % 2 == 1 }.map { rule("Dest port", "\(1_000 + $0)") }),
      ])
    case .refinedProtocol:
      documentText(indices.map { rule("Protocol", "6", [rule("Dest port", "\(1_000 + $0)")]) })
    case .content: documentText(words.map { rule("Data content", "[0:256]\($0)") })
    case .name: documentText(indices.map { rule("DNS name", "*.domain\($0).example") })
    }
  }

  /// In document order, how far from the end a rule of the last tenth may stand.
  func lateRules(of count: Int) -> Int {
    switch self {
    case .protocolAndPort: count / 2 + 1 + count / 20
    case .refinedProtocol: 2 * (count / 10)
    case .destPort, .sourceNet, .content, .name: count / 10
    }
  }

  /// A packet that this rule matches, and no other.
  func frame(for index: Int, _ words: [String], _ numbers: inout Numbers) -> [UInt8] {
    let client = IPAddress(v4: 0xC612_0000 | UInt32.random(in: 1...0xFFFE, using: &numbers))
    let server = IPAddress(v4: 0xC000_020A)
    let port = UInt16.random(in: 40_000...60_000, using: &numbers)
    let asked = UInt16(truncatingIfNeeded: 1_000 + index)
    switch self {
    case .destPort:
      return udpFrame(from: client, port, to: server, asked)
    case .sourceNet:
      let host = UInt32(index) << 8 | UInt32.random(in: 1...254, using: &numbers)
      return udpFrame(from: IPAddress(v4: 0x0A00_0000 | host), port, to: server, 53)
    case .protocolAndPort:
      return index % 2 == 0
        ? tcpFrame(from: client, port, to: server, asked) : udpFrame(from: client, port, to: server, asked)
    case .refinedProtocol: return tcpFrame(from: client, port, to: server, asked)
    case .content:
      return tcpFrame(from: client, port, to: server, 80, payload(of: 256, endingWith: words[index], &numbers))
    case .name:
      return udpFrame(from: client, port, to: server, 53, question(for: ["www", "domain\(index)", "example"]))
    }
  }
}

/// A message that asks for the addresses of a host (RFC 1035 §4.1).
private func question(for labels: [String]) -> [UInt8] {
  let header: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  return header + labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0, 0, 1, 0, 1]
}
