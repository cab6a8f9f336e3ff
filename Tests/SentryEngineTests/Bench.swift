@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// An engine on a test bench: a document, packets one after the other, a hand-moved clock.
///
/// Every packet and every idle check goes through both evaluators: it is explained first, and must then go as explained.
struct Bench: ~Copyable {
  /// 2026-01-15 09:00:00 UTC.
  static let start: Int64 = 1_768_467_600
  static let host = "192.0.2.10"
  static let stranger = "203.0.113.9"

  var engine: Engine
  let labels: RuleLabels
  private let numbers: [String]
  /// Stands before each difference.
  private let title: String
  /// The plain evaluator has foreseen all that became of every packet and every idle check.
  private(set) var evaluatorsAgree = true
  /// What both evaluators were asked, and what came of it.
  private(set) var coverage = RuleCoverage()
  /// Events that were not asked for yet.
  private var taken: [EngineEvent] = []

  /// - Parameter rules: the document's rules, as `rule` makes them.
  init(
    _ rules: String..., settings: String = "", interface: EngineInterface = EngineInterface(name: "eth0"),
    local: [String] = [Bench.host, "2001:db8::10"], timeZone: LocalTimeZone = .utc, eventCapacity: Int = 64
  ) throws {
    try self.init(
      document: "{ rules = ( \(rules.joined(separator: ", ")) ); settings = { \(settings) }; }", interface: interface,
      local: local, timeZone: timeZone, eventCapacity: eventCapacity)
  }

  init(
    document text: String, title: String = "", interface: EngineInterface = EngineInterface(name: "eth0"),
    local: [String] = [Bench.host, "2001:db8::10"], timeZone: LocalTimeZone = .utc, eventCapacity: Int = 64,
    siblingsOfAGroup: Int = SiblingIndex.usualGroup
  ) throws {
    self.title = title
    let ruleSet = try Self.ruleSet(text)
    let book = RuleLabels()
    let networks = AddressSpans(local.compactMap { IPAddress($0) }.map { AddressRange(prefix: $0, length: 128) })
    labels = book
    numbers = ruleSet.rules.map(\.number)
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: book, siblingsOfAGroup: siblingsOfAGroup), interfaces: [interface],
      local: networks, timeZone: timeZone,
      eventCapacity: eventCapacity)
  }

  static func ruleSet(_ text: String) throws -> RuleSet {
    let document = RuleDocument(reading: text)
    return try #require(document.ruleSet, "\(document.diagnostics.map(\.message))")
  }

  /// Judges a frame `seconds` after the start.
  mutating func judge(_ frame: [UInt8], at seconds: Double = 0, link: Frame.Link = .ethernet) -> Outcome {
    outcome(judgement(frame, at: seconds, link: link))
  }

  /// Judges them one after the other, whatever becomes of them.
  mutating func play(_ frames: [[UInt8]]) {
    for frame in frames { _ = judge(frame) }
  }

  mutating func judgement(_ frame: [UInt8], at seconds: Double = 0, link: Frame.Link = .ethernet) -> Judgement {
    judgement(frame.span.bytes, linkType: link.linkType, wireLength: frame.count, time: Self.time(seconds))
  }

  mutating func judgement(
    _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, process: LocalProcess? = nil
  ) -> Judgement {
    advance(to: time)
    let foresight = Foresight(
      &engine, frame, linkType: linkType, wireLength: wireLength, time: time, interface: 0, process: process)
    let earlier = gatherEvents()
    coverage.add(foresight.explanation, of: engine.rules.ruleSet.rules, byTimer: false)
    let origin = PacketOrigin(interface: 0, owner: engine.rules.program.owner(process))
    let judgement = engine.judge(frame, linkType: linkType, wireLength: wireLength, time: time, from: origin)
    _ = gatherEvents()
    record(foresight.differences(from: judgement, Array(taken.dropFirst(earlier)), engine))
    return judgement
  }

  mutating func judgement(_ packet: RandomTraffic.Packet) -> Judgement {
    judgement(
      packet.frame.span.bytes, linkType: packet.link.linkType, wireLength: packet.wireLength,
      time: Self.time(packet.seconds), process: packet.process)
  }

  mutating func perform(_ request: RandomRequests.Request) {
    switch request {
    case .add(let additions, let table): _ = engine.add(additions, to: table)
    case .remove(let range, let table): _ = engine.remove([range], from: table)
    case .clear(let table): _ = engine.clear(table)
    }
  }

  /// Moves the clock, idle check by idle check; a jump that the clock does not run through is left to it.
  mutating func advance(to time: Timestamp) {
    let isJump = time > engine.now.adding(seconds: 86_400)
    while engine.isOn, !isJump, let check = engine.clock.nextIdleCheck, check <= time {
      engine.advance(to: Timestamp(nanoseconds: check.nanoseconds - 1))
      let explanation = engine.explainIdleCheck(at: check)
      coverage.add(explanation, of: engine.rules.ruleSet.rules, byTimer: true)
      let expected = Memory(engine).after(explanation.changes)
      let earlier = gatherEvents()
      engine.advance(to: check)
      _ = gatherEvents()
      record(Told.differences(explained: explanation.events, Array(taken.dropFirst(earlier))))
      record(Memory(engine).counterDifferences(from: expected.memory))
    }
    engine.advance(to: time)
  }

  mutating func advance(to seconds: Double) { advance(to: Self.time(seconds)) }

  mutating func noteHistoryOfPaths() { coverage.add(engine.paths.history) }

  private mutating func record(_ differences: [String]) {
    for difference in differences { Issue.record(Comment(rawValue: "\(title): \(difference)")) }
    evaluatorsAgree = evaluatorsAgree && differences.isEmpty
  }

  /// Adds the engine's events to those not yet asked for.
  ///
  /// - Returns: how many there are.
  private mutating func gatherEvents() -> Int {
    var new: [EngineEvent] = []
    engine.takeEvents { new = $0 }
    taken += new
    return taken.count
  }

  static func time(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: start * 1_000_000_000 + Int64((seconds * 1e9).rounded()))
  }

  private func outcome(_ judgement: Judgement) -> Outcome {
    let rule: String? =
      switch judgement.decider {
      case .endOfRules: nil
      case .builtIn(let reason): "0 \(reason.name)"
      case .rule(let index): numbers[Int(index)]
      }
    return Outcome(verdict: judgement.verdict, rule: rule, logged: judgement.entriesLogged)
  }

  /// Match counts of the rules with these numbers.
  func counts(_ wanted: String...) -> [UInt64] {
    wanted.map { number in
      numbers.firstIndex(of: number).map { engine.counters[$0].matchCount } ?? .max
    }
  }

  func counters(_ number: String) throws -> RuleCounters {
    engine.counters[try #require(numbers.firstIndex(of: number))]
  }

  func entries(_ table: AddressTableKind) -> [AddressEntry] {
    engine.tables.entries(of: table, now: engine.now)
  }

  /// The events since the last call.
  mutating func events() -> [EngineEvent] {
    _ = gatherEvents()
    defer { taken = [] }
    return taken
  }
}

/// What a test looks at: the verdict, the number of the rule that decided (`0` and the reason for the checks before the
/// rules), and how many log entries there were.
struct Outcome: Equatable, CustomStringConvertible {
  var verdict: Verdict
  var rule: String?
  var logged: Int

  var description: String { "\(verdict.name) by \(rule ?? "the end of the rules"), \(logged) logged" }
}

/// The text of an enabled rule.
func rule(
  _ property: String, _ relation: String = "==", _ value: String = "", then action: String, parameter: String = "",
  _ children: String...
) -> String {
  """
  { enabled = 1; propertyName = "\(property)"; relationName = "\(relation)"; propertyValue = "\(value)";
    filterActionName = "\(action)"; parameter = "\(parameter)"; children = ( \(children.joined(separator: ", ")) ); }
  """
}

// Packets that most tests use.

func tcp(
  from source: String = Bench.stranger, _ sourcePort: UInt16 = 40_000, to destination: String = Bench.host,
  port: UInt16 = 80, flags: Frame.TCPFlags = .syn, payload: String = ""
) -> [UInt8] {
  Frame.tcp(from: source, sourcePort, to: destination, port, flags: flags, payload: Array(payload.utf8))
}

func udp(
  from source: String = Bench.stranger, _ sourcePort: UInt16 = 40_000, to destination: String = Bench.host,
  port: UInt16 = 53, payload: String = ""
) -> [UInt8] {
  Frame.udp(from: source, sourcePort, to: destination, port, payload: Array(payload.utf8))
}

func ping(from source: String = Bench.stranger, to destination: String = Bench.host, identifier: UInt16 = 1) -> [UInt8]
{
  Frame.icmp(from: source, to: destination, type: 8, code: 0, identifier: identifier)
}
