import Foundation
import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// The compiled evaluator against the plain one: random documents, random packets. The seed is in the case's name.
@Suite struct DifferentialTests {
  @Test(arguments: 0..<150 as Range<UInt64>)
  func bothEvaluatorsAgree(seed: UInt64) throws {
    let document = RandomRules.text(seed: seed)
    let ruleSet = try Bench.ruleSet(document)
    var bench = try Bench(
      document: document, interface: EngineInterface(name: "eth0", in: ruleSet), local: RandomTraffic.local,
      eventCapacity: 1000)
    for packet in RandomTraffic(seed: seed, count: 200) {
      _ = bench.judge(packet.frame, at: packet.seconds, link: packet.link)
      guard bench.evaluatorsAgree else { return }  // What follows would only repeat it.
    }
  }
  @Test(arguments: TestFiles.samples)
  func bothAgreeOnEverySample(sample: String) throws {
    try compare(on: TestFiles.path(sample), frames: 1000)
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"), arguments: Corpus.captures)
  func bothAgreeOnRealTraffic(capture: String) throws {
    try compare(on: Corpus.path(capture), frames: 60)
  }

  /// The default document on the first frames of a capture, as far as it can be read.
  private func compare(on path: String, frames: Int) throws {
    let document = try String(contentsOfFile: TestFiles.path("Documents/Default.plist"), encoding: .utf8)
    var bench = try Bench(document: document, eventCapacity: 1000)
    guard var file = try? CaptureFile(path: path) else { return }
    let linkType = file.linkType
    _ = try? file.read(atMost: frames) { frame, header in
      guard bench.evaluatorsAgree else { return }
      _ = bench.judgement(frame, linkType: linkType, wireLength: header.wireLength, time: header.time)
    }
  }
}
