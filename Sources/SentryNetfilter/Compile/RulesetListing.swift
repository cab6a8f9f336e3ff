internal import SentryPacket
internal import SentryRules

/// The ruleset as text.
struct RulesetListing {
  let document: CompiledDocument
  let name: String
  let chains: [CompiledChain]
  let gaps: [CompiledRuleset.Gap]
  /// Rules that have a counter, by their place in document order.
  let counted: [Int]
  let undecided: CompiledRuleset.UndecidedPolicy

  var text: String {
    let blocks = [counters, sets] + chains.map(block) + [undecidedChain]
    let table = CompiledRuleset.table
    return header + "\nadd table inet \(table)\ndelete table inet \(table)\ntable inet \(table) {\n"
      + blocks.joined(separator: "\n") + "}\n"
  }

  // MARK: What stands above

  private var header: String {
    var lines = [
      "What nftables can do of \(name).", "",
      "Each rule has its number and name as its comment, and a counter of its own: `nft list counters table inet"
        + " \(CompiledRuleset.table)`.",
      "Packets that come to a rule which nftables cannot decide go to chain undecided, which \(undecided.rawValue)s them;"
        + " up to there all is exact.",
      "Loading it anew empties its sets and counters. What is deleted gets no log entry.",
    ]
    lines += list(.undecided, "Not decided:") + list(.leftOut, "Left out, without effect on verdicts:")
    return lines.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
  }

  private func list(_ outcome: CompiledRuleset.Gap.Outcome, _ title: String) -> [String] {
    let lines = gaps.filter { $0.outcome == outcome }.map { gap in
      let direction = gap.direction.map { " (\($0 == .inbound ? "inbound" : "outbound"))" } ?? ""
      return "  \(document.comment(ofRule: gap.rule))\(direction): \(gap.reason)"
    }
    return lines.isEmpty ? [] : ["", title] + lines
  }

  // MARK: The table

  private var counters: String {
    var counters = [("r0_short_TCP_header", "0 short TCP header"), ("r0_short_header", "0 short header")]
    if document.ruleSet.settings.blockIPv6 { counters.append(("r0_blocked_IPv6", "0 IPv6 is blocked")) }
    counters += counted.map { (document.counterName(ofRule: $0), document.comment(ofRule: $0)) }
    counters.append(("undecided", "what nftables cannot decide"))
    return counters.map { name, comment in "  counter \(name) { comment \"\(comment)\" }\n" }.joined()
  }

  private var sets: String {
    document.tables.sorted { $0.rawValue < $1.rawValue }
      .flatMap { AddressSets(kind: $0, settings: document.ruleSet.settings).declarations }
      .map { "  \($0)\n" }.joined()
  }

  private var undecidedChain: String {
    block(
      CompiledChain(
        name: "undecided", title: "what nftables cannot decide: yours to fill",
        lines: ["counter name undecided \(undecided.rawValue)"]))
  }

  private func block(_ chain: CompiledChain) -> String {
    "  # \(chain.title)\n  chain \(chain.name) {\n" + chain.lines.map { "    \($0)\n" }.joined() + "  }\n"
  }
}
