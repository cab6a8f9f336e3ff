import Foundation
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryCommands

/// `sentry replay --jobs`: several cores give what one gives, byte for byte.
@Suite struct ParallelReplayTests {
  /// All that does not look across addresses.
  static let document = """
    { settings = { triggerDuration = 60; connectionCapacity = 20000; };
      rules = (
        { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = "Delete no log"; },
        { enabled = 1; propertyName = "Connection state"; propertyValue = new; children = (
          { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
            { enabled = 1; propertyName = "Source match rate"; relationName = ">="; propertyValue = 3; filterActionName = Log; },
            { enabled = 1; propertyName = Include; propertyValue = address; children = (
              { enabled = 1; propertyName = "Parent match count"; relationName = ">="; propertyValue = 4;
                filterActionName = Trigger; } ); },
            { enabled = 1; propertyName = "Dest port"; propertyValue = "0-1023"; filterActionName = "Keep address"; }
          ); }
        ); },
        { enabled = 1; propertyName = "Data content"; propertyValue = "[0:200]GET"; filterActionName = Log; },
        { enabled = 1; propertyName = "URL keyword"; propertyValue = root; filterActionName = "Drop connection"; },
        { enabled = 1; propertyName = "TLS server name"; propertyValue = "*.example.org"; filterActionName = Reject; },
        { enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
        { enabled = 1; propertyName = "TCP header flags"; propertyValue = "fin,-ack"; filterActionName = Authorize; }
      ); }
    """

  private static let seeds: Range<UInt64> =
    0..<(ProcessInfo.processInfo.environment["SENTRY_SEEDS"].flatMap { UInt64($0) } ?? 120)

  /// Random documents on random traffic. Whatever stands in the way must do so among the seeds, and nothing in many.
  @Test func randomDocumentsGiveTheSame() async throws {
    let kinds = try await withThrowingTaskGroup(of: String.self) { group in
      for seed in Self.seeds { group.addTask { try Self.obstacle(ofSeed: seed)?.kind ?? "none" } }
      return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    }
    let wanted: Set = [
      "none", "matchCount", "idleTime", "delayQueue", "ownRate", "flow", "keepsOwnAddress", "full", "entry", "loopback",
    ]
    #expect(wanted.subtracting(kinds.keys).isEmpty, "\(kinds)")
    #expect(kinds["none", default: 0] * 5 >= Self.seeds.count, "\(kinds)")
  }

  private static func obstacle(ofSeed seed: UInt64) throws -> ReplayObstacle? {
    let folder = try TemporaryFolder()
    let traffic = Array(RandomTraffic(seed: seed, count: seed % 3 == 0 ? 200 : 40))
    var comparison = try JobsComparison(
      document: seed % 4 == 0 ? RandomRules.text(seed: seed) : apart(seed), captures: try folder.captures(of: traffic))
    comparison.local = AddressSpans(
      RandomTraffic.local.compactMap { IPAddress($0).map { AddressRange(prefix: $0, length: 128) } })
    comparison.interface.isLoopback = seed % 41 == 40
    comparison.triggers = list(seed)
    return try comparison.expectSameFindings(jobs: 2 + Int(seed % 2), salt: seed, "seed \(seed)")
  }

  /// A document that mostly does not look across addresses.
  private static func apart(_ seed: UInt64) -> String {
    let across: Set = [
      "Parent match count", "Parent match rate", "Parent byte count", "Idle seconds", "Parent idle seconds",
      "Source match rate",
    ]
    let properties = Set(allProperties.map { $0.name }).subtracting(seed % 8 == 1 ? [] : across)
    let actions = Set(allActions.map { $0.name }).subtracting(["Delay", "Reset parent"])
    let rules = RandomRules.list(seed: seed, properties: properties, actions: actions)
    let capacity = seed % 7 == 3 ? 4 : 1000
    return "{ rules = \(rules); settings = { addressCapacity = \(capacity); connectionCapacity = \(capacity); "
      + "triggerIPv6Prefix = \([48, 64, 128][Int(seed % 3)]); triggerDuration = \(seed % 2 == 0 ? "30" : "unlimited"); }; }"
  }

  /// What the tables hold at first: in some, ranges that several cores have.
  private static func list(_ seed: UInt64) -> AddressList {
    guard seed % 5 == 2 else { return AddressList([]) }
    let duration = AddressDuration(seconds: seed % 10 == 2 ? nil : 40)
    let texts = ["203.0.113.1", "203.0.113.0/29", "2001:db8:1::/64", "2001:db8::/32", "198.51.100.7"]
    return AddressList(
      texts.enumerated().compactMap { number, text in
        guard let range = try? NetText.range(text[...]) else { return nil }
        return AddressList.Entry(
          range: range, table: AddressTableKind.allCases[(number + Int(seed)) % 4], triggeredBy: "list \(number)",
          duration: duration)
      })
  }

  @Test(arguments: TestFiles.samples)
  func samplesGiveTheSame(sample: String) throws {
    for document in ["Samples/ssh-guard.plist", "Samples/web-attack.plist", "Documents/Default.plist"] {
      let comparison = try JobsComparison(document: TestFiles.bytes(document), captures: [TestFiles.path(sample)])
      _ = try comparison.expectSameFindings(jobs: 2, "\(sample) by \(document)")
    }
  }

  /// All of one link type at once, as well.
  @Test func severalCapturesGiveTheSame() throws {
    let comparison = try JobsComparison(
      document: Self.document, captures: TestFiles.samples.map { TestFiles.path($0) })
    _ = try comparison.expectSameFindings(jobs: 3, "all samples")
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"), arguments: 0..<8)
  func corpusGivesTheSame(part: Int) throws {
    for (index, capture) in Corpus.captures.enumerated() where index % 8 == part {
      // What cannot be opened cannot be replayed on any number of cores.
      guard (try? CaptureInputs(paths: [Corpus.path(capture)], rewindable: true)) != nil else { continue }
      let comparison = try JobsComparison(document: Self.document, captures: [Corpus.path(capture)])
      _ = try comparison.expectSameFindings(jobs: 2 + index / 8 % 2, salt: UInt64(index), capture)
    }
  }
}
