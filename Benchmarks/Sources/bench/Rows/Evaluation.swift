import SentryPacket
import SentryRules

private let row = "evaluation alone"

/// What the rules of a document cost a packet whose bytes and tables are in the cache: a few hundred frames of the
/// capture, judged round and round; less what they cost on an interface without filters, which is decoding them and
/// finding and keeping their connections.
func measureEvaluation(document: String, capture: String) throws {
  let ruleSet = try ruleSet(ofFile: document)
  let frames = try HeldFrames(capture: capture, every: 390, atMost: 256)
  var judging = Judging(ruleSet, frames)
  let cost = JudgingCost(of: &judging, ruleSet, frames)
  guard frames.count == 256,
    judging.engine.counters.contains(where: { $0.matchCount >= judging.engine.totals.packets / 4 })
  else { fail("\(row): no rule has matched a quarter of the packets") }
  Figure(row: row, measure: "what the rules cost", value: cost.rules, unit: "ns/packet", wanted: .atMost(30)).report()
  Figure(row: row, measure: "all of judging, in the cache", value: cost.whole, unit: "ns/packet").report()
  Figure(
    row: row, measure: "decoding and the connection table, in the cache", value: cost.withoutRules, unit: "ns/packet"
  ).report()
}
