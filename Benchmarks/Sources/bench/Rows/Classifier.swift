import SentryPacket
import SentryRules

private let row = "mixed rules"

/// How many packets a second find their rule among 1,000 and 10,000 of `FilterSet`, less what they cost where no rule
/// is asked, which classifiers that are given headers do not do either: twice as many headers as rules that come again
/// and again, and headers that come for the first time.
///
/// Flat: each rule asks for one thing. Nested: a filter is a chain of up to four rules, source net, destination net,
/// port, protocol; what it leaves open takes no rule.
func measureClassifier() throws {
  for (count, name, wanted) in [(1_000, "1,000 rules", 8e6), (10_000, "10,000 rules", 5e6)] {
    var numbers = Numbers(seed: 7)
    let nested = FilterSet(count: count, &numbers)
    let flat = nested.singled(&numbers)
    measure("\(name), flat", flat, wanted, &numbers)
    measure("\(name), nested four deep", nested, wanted, &numbers)
  }
}

private func measure(_ name: String, _ set: FilterSet, _ wanted: Double, _ numbers: inout Numbers) {
  let ruleSet = ruleSet(of: documentText(set.filters.map(\.chain)))
  let headers = set.trace(of: 2 * set.filters.count, &numbers)
  let frames = HeldFrames(headers)
  var judging = Judging(ruleSet, frames)
  check(judging.deciders(), set, headers, name)
  report("\(name), the same headers again", JudgingCost(of: &judging, ruleSet, frames), wanted)

  let others = HeldFrames(set.trace(of: 100_000, &numbers))
  let new = HeldFrames(set.trace(of: 50_000, &numbers))
  report("\(name), new headers", JudgingCost(ofNew: new, after: others, ruleSet), wanted)
}

private func report(_ name: String, _ cost: JudgingCost, _ wanted: Double) {
  Figure(row: row, measure: name, value: 1e9 / cost.rules, unit: "lookups/s", wanted: .atLeast(wanted)).report()
  Figure(row: row, measure: "\(name): what the rules cost", value: cost.rules, unit: "ns/packet").report()
  Figure(row: row, measure: "\(name): all of judging", value: cost.whole, unit: "ns/packet").report()
}

/// Every packet must be decided by the rule of the first filter that it matches, found one after the other.
private func check(_ deciders: [Int?], _ set: FilterSet, _ headers: [Header], _ name: String) {
  var leaf = -1
  let leaves = set.filters.map { filter in
    leaf += filter.tests.count
    return leaf
  }
  for (header, decider) in zip(headers, deciders) {
    let wanted = set.filters.firstIndex { $0.matches(header) }.map { leaves[$0] }
    if decider != wanted { fail("\(row), \(name): decided by \(decider ?? -1), not by \(wanted ?? -1): \(header)") }
  }
}

extension Filter {
  /// Rules below each other, the innermost of which lets the packet pass.
  fileprivate var chain: String {
    tests.reversed().reduce(into: "") { chain, test in
      chain = rule(test.property, test.value, chain.isEmpty ? [] : [chain])
    }
  }
}

extension HeldFrames {
  fileprivate init(_ headers: [Header]) {
    self.init()
    for header in headers { append(header.frame) }
  }
}

extension Header {
  fileprivate var frame: [UInt8] {
    let (from, to) = (IPAddress(v4: source), IPAddress(v4: destination))
    return switch protocolNumber {
    case IPProtocol.tcp: tcpFrame(from: from, sourcePort, to: to, destinationPort)
    case IPProtocol.udp: udpFrame(from: from, sourcePort, to: to, destinationPort)
    default: echoFrame(from: from, to: to, identifier: sourcePort)
    }
  }
}
