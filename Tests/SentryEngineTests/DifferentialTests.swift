import Foundation
import SentryCapture
@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// The compiled evaluator against the plain one: random documents, random packets.
@Suite struct DifferentialTests {
  /// `SENTRY_SEEDS` asks for more of them, at some tens of milliseconds each.
  static func seeds(usually count: UInt64) -> Range<UInt64> {
    0..<(ProcessInfo.processInfo.environment["SENTRY_SEEDS"].flatMap { UInt64($0) } ?? count)
  }

  /// Whatever can happen must happen among the seeds: what never does could not show a difference.
  @Test func bothEvaluatorsAgreeOnAllThatCanHappen() async throws {
    let coverage = try await withThrowingTaskGroup(of: RuleCoverage.self) { group in
      for seed in Self.seeds(usually: 250) { group.addTask { try Self.coverage(ofSeed: seed) } }
      return try await group.reduce(RuleCoverage()) { $0 + $1 }
    }
    #expect(RuleCoverage.mustMatch.subtracting(coverage.matched) == [])
    #expect(RuleCoverage.mustFail.subtracting(coverage.failed) == [])
    #expect(RuleCoverage.mustLack.subtracting(coverage.lacking) == [])
    #expect(RuleCoverage.mustBeSeen.subtracting(coverage.seen) == [])
  }

  private static func coverage(ofSeed seed: UInt64) throws -> RuleCoverage {
    let document = RandomRules.text(seed: seed)
    let interface = EngineInterface(name: "eth0", isLoopback: seed % 17 == 16, in: try Bench.ruleSet(document))
    var bench = try Bench(
      document: document, title: "seed \(seed)", interface: interface, local: RandomTraffic.local, eventCapacity: 1000,
      siblingsOfAGroup: seed % 2 == 0 ? 1 : SiblingIndex.usualGroup)
    // One in three can hardly keep anything.
    if seed % 3 == 0 { bench.engine.paths = PathMemory(places: 2, orders: 0) }
    var requests = RandomRequests(seed: seed)
    for packet in RandomTraffic(seed: seed, count: 200) {
      if let request = requests.next() { bench.perform(request) }
      _ = bench.judgement(packet)
      guard bench.evaluatorsAgree else { break }  // What follows would only repeat it.
    }
    bench.noteHistoryOfPaths()
    return bench.coverage
  }

  @Test(arguments: TestFiles.samples)
  func bothAgreeOnEverySample(sample: String) throws {
    try compare(on: TestFiles.path(sample), frames: 1000)
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"), arguments: Corpus.captures)
  func bothAgreeOnTheCorpus(capture: String) throws {
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
