import SentryEngine
import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

extension ImportedRules {
  /// Whether each packet that comes in passes, one after the other.
  func verdicts(on packets: [String]) throws -> [Bool] {
    var engine = Engine(
      rules: LoadedRules(try #require(ruleSet, "\(diagnostics)"), labels: RuleLabels()),
      interfaces: [EngineInterface(name: "near")])
    return try packets.map { text in
      let frame = try PacketNotation.parse(text).frame()
      let judgement = engine.judge(
        frame.span.bytes, linkType: .ethernet, wireLength: frame.count, time: Timestamp(seconds: 1_768_467_600),
        from: PacketOrigin(interface: 0, direction: .inbound))
      return judgement.verdict == .pass
    }
  }
}
