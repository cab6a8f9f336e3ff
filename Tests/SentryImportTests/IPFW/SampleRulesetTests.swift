import Foundation
import SentryEngine
import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// What the documents made of our sample rulesets do is what ipfw does.
@Suite struct SampleRulesetTests {
  static let me = ["192.0.2.10", "203.0.113.10", "2001:db8::10"]
  static let listings = [
    "client", "server", "router", "desktop", "stateful", "jumps", "ports", "dualstack", "simple",
    "workstation", "inout",
  ]
  /// `IMPORT_PACKETS=100000` draws more.
  static let packetCount = ProcessInfo.processInfo.environment["IMPORT_PACKETS"].flatMap { Int($0) } ?? 10_000

  static func text(_ name: String) -> String { TestFiles.text("Samples/Firewalls/ipfw/\(name)") }

  static func options() -> ImportOptions {
    var options = ImportOptions()
    options.ownAddresses = me.compactMap { IPAddress($0) }
    options.defaultAction = .deny
    return options
  }

  static func imported(_ text: String, _ options: ImportOptions = options()) -> ImportedRules {
    ImportedRules(ipfw: Array(text.utf8), fileName: "rules", options: options)
  }

  @Test(arguments: listings)
  func theDocumentDoesWhatIPFWDoes(_ name: String) throws {
    let text = Self.text("\(name).rules")
    let rules = Self.imported(text)
    let errors = rules.diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(errors == [])
    var bench = ImportBench(try #require(rules.ruleSet))
    var ipfw = try IPFWSemantics(text, me: Self.me)
    var draw = PacketDraw(text, me: Self.me, seed: 1)
    var decided: Set<Int> = []
    for count in 1...Self.packetCount {
      var packet = draw.next()
      let frame = packet.bytes()
      let expected = ipfw.judge(packet)
      decided.insert(expected.rule)
      let found = bench.judge(frame, packet)
      guard found.verdict == expected.verdict.name, found.logged == expected.logged,
        found.isByState || found.number == expected.rule
      else {
        Issue.record("packet \(count), \(packet): \(expected) became \(found)")
        return
      }
    }
    // The packets are such as the rules are for.
    let numbers = Set(text.split(separator: "\n").compactMap { Int($0.prefix(5)) })
    #expect(Double(decided.count) > 0.5 * Double(numbers.count), "only \(decided.sorted())")
  }

  @Test func theScriptIsItsListing() throws {
    let script = Self.imported(Self.text("simple.sh"))
    #expect(script.diagnostics.filter { $0.severity == .error } == [])
    #expect(script.text == Self.imported(Self.text("simple.rules")).text)
  }

  /// Or a finding says that no packet comes to it.
  @Test(arguments: listings)
  func eachRuleIsThereByItsNumber(_ name: String) throws {
    let text = Self.text("\(name).rules")
    let rules = Self.imported(text)
    let names = try #require(rules.ruleSet).rules.map(\.name)
    for line in text.split(separator: "\n") {
      let isTold = rules.diagnostics.contains { $0.message.contains("to rule \(line.prefix(5))") }
      #expect(names.contains { $0.hasPrefix(line.prefix(5)) } != isTold, "\(line)")
    }
  }
}

extension IPFWSemantics.Verdict {
  fileprivate var name: String {
    switch self {
    case .allow: "pass"
    case .deny: "delete"
    case .reject: "reject"
    case .log: "log"
    }
  }
}

/// The engine, on a machine with three interfaces, at one moment.
struct ImportBench: ~Copyable {
  private var engine: Engine
  private let ruleSet: RuleSet
  private static let interfaces = ["en0", "en1", "lo0"]
  private static let now = Timestamp(seconds: 1_768_467_600)

  init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: RuleLabels()),
      interfaces: Self.interfaces.map { EngineInterface(name: $0 == "lo0" ? "lo" : $0, isLoopback: $0 == "lo0") })
  }

  mutating func judge(_ frame: [UInt8], _ packet: SeenPacket) -> Finding {
    let origin = PacketOrigin(
      interface: Self.interfaces.firstIndex(of: packet.interface) ?? 0, direction: packet.isOut ? .outbound : .inbound)
    let judgement = engine.judge(
      frame.span.bytes, linkType: .raw, wireLength: frame.count, time: Self.now, from: origin)
    var finding = Finding(verdict: judgement.verdict.name, logged: judgement.entriesLogged)
    guard case .rule(let index) = judgement.decider else { return finding }
    let words = ruleSet.rules[Int(index)].name.split(separator: " ")
    finding.isByState = words.dropFirst().first == "state"
    finding.number = Int(words.first ?? "") ?? 0
    return finding
  }
}

struct Finding {
  var verdict: String
  /// Of the rule of ipfw that it is by.
  var number = 0
  var logged: Int
  /// By a rule that lets through what others have let through: which of these, no packet tells.
  var isByState = false
}
