internal import SentryPacket
internal import SentryRules
internal import SentryState

/// One test under way.
struct TestRun: ~Copyable {
  private let test: DocumentTest
  private let rules: LoadedRules
  private let host: HostAddresses
  /// Where the packet of each step arrives, by its place among the engine's interfaces.
  private let interfaces: [Int]
  private var engine: Engine
  private var time: Timestamp

  init(_ test: DocumentTest, _ rules: LoadedRules) {
    let settings = rules.ruleSet.settings
    self.test = test
    self.rules = rules
    host = HostAddresses(settings)
    var places = TestInterfaces(rules.ruleSet)
    interfaces = test.steps.map { places.index(for: $0.packet) }
    engine = Engine(
      rules: rules, interfaces: places.interfaces,
      local: AddressSpans(host.ranges(with: settings.localNetworks)), eventCapacity: 0)
    time = test.steps.first?.packet.time ?? DocumentTest.usualStart
    engine.advance(to: time)
  }

  mutating func run() -> TestResult {
    var results: [StepResult] = []
    for (index, step) in test.steps.enumerated() {
      results.append(run(step, on: interfaces[index]))
    }
    return TestResult(test: test, steps: results)
  }

  private mutating func run(_ step: TestStep, on interface: Int) -> StepResult {
    let frame = step.packet.frame(on: host)
    time = step.packet.time ?? time.adding(seconds: step.delay)
    var outcome = send(frame, step, on: interface)
    var failure = difference(step, outcome, repetition: 1)
    for repetition in 1..<step.count where failure == nil {
      time = time.adding(seconds: step.interval)
      outcome = send(frame, step, on: interface)
      failure = difference(step, outcome, repetition: repetition + 1)
    }
    return StepResult(outcome: outcome.text, failure: failure)
  }

  private mutating func send(_ frame: [UInt8], _ step: TestStep, on interface: Int) -> PacketOutcome {
    let (now, linkType) = (time, step.packet.linkType)
    let origin = PacketOrigin(interface: interface, owner: rules.program.owner(step.packet.process))
    let judgement = frame.withRawSpan { bytes in
      engine.judge(bytes, linkType: linkType, wireLength: frame.count, time: now, from: origin)
    }
    // Copied out only for those who ask: a flood may come from many senders.
    let triggered = step.expectation.triggered == nil ? [] : engine.tables.entries(of: .trigger, now: engine.now)
    return PacketOutcome(judgement, rules.ruleSet, triggered: triggered)
  }

  private func difference(_ step: TestStep, _ outcome: PacketOutcome, repetition: Int) -> TestFailure? {
    guard let failure = outcome.difference(from: step.expectation) else { return nil }
    let which = step.count > 1 ? " (packet \(repetition) of \(step.count))" : ""
    return TestFailure(expected: failure.expected, found: failure.found + which)
  }
}

extension Timestamp {
  /// Stays within what can be reckoned with.
  fileprivate func adding(seconds: Double) -> Timestamp {
    let whole = seconds.rounded(.down)
    let part = Int64(((seconds - whole) * Double(Self.nanosecondsPerSecond)).rounded())
    let sum = nanoseconds % Self.nanosecondsPerSecond + part
    return Timestamp(
      seconds: self.seconds + Int64(whole) + sum / Self.nanosecondsPerSecond,
      nanoseconds: sum % Self.nanosecondsPerSecond)
  }
}

/// The interfaces that the packets of a test arrive on.
private struct TestInterfaces {
  private(set) var interfaces: [EngineInterface] = []
  private let ruleSet: RuleSet

  init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
  }

  /// `external` and `internal` count more than what the document says of an interface; alone, they choose one for which
  /// they are true.
  mutating func index(for packet: DescribedPacket) -> Int {
    let name = name(for: packet)
    var interface = EngineInterface(name: name, isLoopback: name == "lo", in: ruleSet)
    if let isExternal = packet.isExternal { interface.isExternal = isExternal }
    if let known = interfaces.firstIndex(of: interface) { return known }
    interfaces.append(interface)
    return interfaces.count - 1
  }

  private func name(for packet: DescribedPacket) -> String {
    if let name = packet.interfaceName { return ruleSet.settings.systemName(of: name) }
    let filtered = ruleSet.interfaces.filter(\.isFiltered)
    let fitting = filtered.first { packet.isExternal == nil || $0.isExternal == packet.isExternal }
    return (fitting ?? filtered.first)?.name ?? "eth0"
  }
}
