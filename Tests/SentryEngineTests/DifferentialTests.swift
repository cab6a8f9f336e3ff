import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// The compiled evaluator against the plain one: random documents, random packets. The seed is in the case's name.
@Suite struct DifferentialTests {
  @Test(arguments: 0..<150 as Range<UInt64>)
  func bothEvaluatorsAgree(seed: UInt64) throws {
    let document = RandomDocument.text(seed: seed)
    let ruleSet = try Bench.ruleSet(document)
    var bench = try Bench(
      document: document, interface: EngineInterface(name: "eth0", in: ruleSet), local: RandomTraffic.local,
      eventCapacity: 1000)
    for packet in RandomTraffic(seed: seed, count: 200) {
      _ = bench.judge(packet.frame, at: packet.seconds, link: packet.link)
      guard bench.evaluatorsAgree else { return }  // What follows would only repeat it.
    }
  }
}
