import Foundation
import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryCommands

/// Replays captures on one core and on several, and compares all that comes of it.
struct JobsComparison {
  /// All that a replay gives, but for the time it took.
  struct Findings: Equatable {
    var outcome: ReplayOutcome
    var labels: [String]
    var report: String
    var damage: String?
    var verdicts: Data?
    var passed: Data?
    var deleted: Data?
  }

  private let ruleSet: RuleSet
  private let captures: [String]
  var local: AddressSpans?
  var triggers = AddressList([])
  var interface = EngineInterface(name: "eth0")

  init(document: String, captures: [String]) throws {
    try self.init(document: Array(document.utf8), captures: captures)
  }

  init(document: [UInt8], captures: [String]) throws {
    ruleSet = try #require(RuleDocument(reading: document).ruleSet)
    self.captures = captures
    interface = EngineInterface(name: "eth0", in: ruleSet)
  }

  /// - Returns: why one core did it all; `nil` if several did.
  func expectSameFindings(jobs: Int, salt: UInt64 = 0, _ title: String) throws -> ReplayObstacle? {
    let (expected, _) = try findings(jobs: 1, salt: 0)
    let (found, obstacle) = try findings(jobs: jobs, salt: salt)
    let place = "\(title), \(jobs) jobs, salt \(salt)"
    #expect(found.outcome.totals == expected.outcome.totals, "\(place): totals")
    #expect(found.outcome.counters == expected.outcome.counters, "\(place): counters")
    #expect(found.outcome.entries == expected.outcome.entries, "\(place): tables")
    #expect(found.outcome.connections == expected.outcome.connections, "\(place): connections")
    #expect(found.verdicts == expected.verdicts, "\(place): verdicts")
    #expect(found == expected, "\(place)")
    return obstacle
  }

  func findings(jobs: Int, salt: UInt64) throws -> (Findings, ReplayObstacle?) {
    let folder = try TemporaryFolder()
    var inputs = try CaptureInputs(paths: captures, rewindable: true)
    var progress = ProgressBar(title: "", total: 0, isShown: false)
    var outputs = ReplayOutputs.Paths(verdicts: folder.path("verdicts"))
    let linkType = inputs.firstLinkType
    if linkType.isDecoded, (try? inputs.checkOneLinkType(for: "x")) != nil {
      outputs.passed = folder.path("passed")
      outputs.deleted = folder.path("deleted")
    }
    let guess = try local ?? LocalGuess.networks(in: &inputs, progress: &progress)
    let run = ReplayRun(
      ruleSet, interface: interface, local: guess, triggers: triggers, outputs: outputs, linkType: linkType)
    let result = try run.judge(inputs, jobs: jobs, salt: salt, progress: &progress)
    let report = ReplayReport(result.outcome, of: ruleSet, labels: run.labels, elapsed: .zero)
    return (
      Findings(
        outcome: result.outcome,
        labels: result.outcome.entries.joined().map { run.labels.label($0.triggeredBy).triggeredBy },
        report: report.text(ruleSet, Style(isOn: false)) + (try jsonText(report)),
        damage: result.damage.map { "\($0)" }, verdicts: folder.data("verdicts"), passed: folder.data("passed"),
        deleted: folder.data("deleted")), result.obstacle
    )
  }
}

extension TemporaryFolder {
  fileprivate func data(_ name: String) -> Data? { try? Data(contentsOf: url.appendingPathComponent(name)) }

  /// Writes frames as captures, one for each link type, and returns their paths.
  func captures(of packets: [RandomTraffic.Packet]) throws -> [String] {
    var linkTypes: [LinkType] = []
    for packet in packets where !linkTypes.contains(packet.link.linkType) { linkTypes.append(packet.link.linkType) }
    return try linkTypes.map { linkType in
      let path = path("\(linkType.rawValue).pcap")
      var writer = try CaptureWriter(path: path, linkType: linkType)
      for (index, packet) in packets.enumerated() where packet.link.linkType == linkType {
        // 2026-01-15 09:00 UTC, where the rules' times are.
        let time = Timestamp(nanoseconds: 1_768_467_600_000_000_000 + Int64((packet.seconds * 1e9).rounded()))
        let header = FrameHeader(number: UInt64(index + 1), time: time, wireLength: packet.wireLength)
        packet.frame.withRawSpan { writer.write($0, header) }
      }
      try writer.finish()
      return path
    }
  }
}

/// What kind of obstacle it is, in a word.
extension ReplayObstacle {
  var kind: String {
    switch self {
    case .rule(_, let need): "\(need)"
    case .loopback: "loopback"
    case .entry: "entry"
    case .output: "output"
    case .full: "full"
    case .breach(.flow): "flow"
    case .breach(.keepsOwnAddress): "keepsOwnAddress"
    case .breach(.manyTriggers): "manyTriggers"
    case .breach(.asksOwnRate): "asksOwnRate"
    }
  }
}
