internal import SentryDiagnostics
internal import SentryPacket
internal import SentryPropertyList

/// The keys of a test, and of a packet in one.
enum TestKey: String, CaseIterable {
  case name, packet, packets
  case after, `repeat`, every
  case expect, rule, reason, logged, triggered

  /// Of a packet.
  static let ofPacket: [TestKey] = allCases.filter { $0 != .name && $0 != .packets }

  var isExpectation: Bool {
    switch self {
    case .expect, .rule, .reason, .logged, .triggered: true
    default: false
    }
  }
}

/// Reads what a document says under `tests`.
struct TestsReader {
  private let ruleSet: RuleSet
  /// Of all rules; gathered when a test names one.
  private lazy var numbers = Set(ruleSet.rules.lazy.map(\.number))
  private let host: HostAddresses
  private let local: [AddressRange]
  private var findings: Findings

  /// So that no document keeps us busy without end.
  private static let mostPackets = 1_000_000
  /// Ten years; as many seconds have to be ticked through.
  private static let mostSeconds = 315_360_000.0
  private var packetCount = 0
  private var secondCount = 0.0
  private let limits: DocumentLimits
  private var describedPackets = 0
  /// A packet was one too many.
  private var isFull: Bool { describedPackets > limits.testPackets }

  /// A test that cannot be read is a finding, and left out. At the first packet too many the reading ends.
  static func read(
    _ root: PropertyListNode, for ruleSet: RuleSet, within limits: DocumentLimits, into findings: inout Findings
  ) -> [DocumentTest] {
    guard let node = root[RootKey.tests], !node.isMissing else { return [] }
    guard node.kind == .array else {
      findings.add(.testsAreNoList(at: node.place))
      return []
    }
    var reader = TestsReader(for: ruleSet, within: limits, findings: findings)
    var tests: [DocumentTest] = []
    for element in node.elements where !element.isMissing {
      guard !reader.isFull else { break }
      if let test = reader.readTest(element) { tests.append(test) }
    }
    if reader.packetCount > mostPackets { reader.findings.add(.tooManyTestPackets(limit: mostPackets, at: node.place)) }
    if reader.secondCount > mostSeconds { reader.findings.add(.testsLastTooLong(at: node.place)) }
    findings = reader.findings
    return tests
  }

  private init(for ruleSet: RuleSet, within limits: DocumentLimits, findings: Findings) {
    self.ruleSet = ruleSet
    self.limits = limits
    host = HostAddresses(ruleSet.settings)
    local = host.ranges(with: ruleSet.settings.localNetworks)
    self.findings = findings
  }

  // MARK: Tests

  private mutating func readTest(_ node: PropertyListNode) -> DocumentTest? {
    guard node.kind == .dictionary else {
      findings.add(.testIsNoDictionary(at: node.place))
      return nil
    }
    let name = node[TestKey.name.rawValue]?.text ?? ""
    let steps: [TestStep]
    if let packets = node[TestKey.packets.rawValue] {
      checkKeys(of: node, [.name, .packets])
      steps = readSteps(packets)
    } else {
      checkKeys(of: node, [.name] + TestKey.ofPacket)
      steps = readStep(node).map { [$0] } ?? []
    }
    guard !steps.isEmpty else { return nil }
    if !expectsSomething(node) { findings.add(.emptyTest(at: node.place)) }
    return DocumentTest(name: name, steps: steps)
  }

  /// Whether it can be read or not.
  private func expectsSomething(_ node: PropertyListNode) -> Bool {
    let packets = node[TestKey.packets.rawValue].map { Array($0.elements) } ?? [node]
    return packets.contains { $0.entries.contains { TestKey(rawValue: $0.key)?.isExpectation == true } }
  }

  private mutating func checkKeys(of node: PropertyListNode, _ keys: [TestKey]) {
    let known = Set(keys.map(\.rawValue))
    for entry in node.entries where !known.contains(entry.key) {
      findings.add(.unknownTestKey(entry.key, among: keys, at: entry.keyPlace))
    }
  }

  /// None if one of them cannot be read: the others would not happen as meant.
  private mutating func readSteps(_ node: PropertyListNode) -> [TestStep] {
    guard node.kind == .array, node.elements.first(where: { _ in true }) != nil else {
      if !node.isMissing { findings.add(.testWithoutPackets(at: node.place)) }
      return []
    }
    var steps: [TestStep?] = []
    for element in node.elements where !element.isMissing {
      guard !isFull else { return [] }
      if element.kind == .dictionary {
        checkKeys(of: element, TestKey.ofPacket)
        steps.append(readStep(element))
      } else {
        steps.append(readPacket(element).map { step($0, describedBy: element) })
      }
    }
    let read = steps.compactMap(\.self)
    return read.count == steps.count ? read : []
  }

  // MARK: Packets

  private mutating func readStep(_ node: PropertyListNode) -> TestStep? {
    guard let text = node[TestKey.packet.rawValue] else {
      findings.add(.testWithoutPacket(at: node.place))
      return nil
    }
    let packet = readPacket(text)
    let delay = node[TestKey.after.rawValue]
    if let delay, packet?.time != nil { findings.add(.twoTimes(at: delay.place)) }
    let count = readCount(node[TestKey.repeat.rawValue])
    let interval = readSeconds(node[TestKey.every.rawValue], .every)
    let expectation = readExpectation(node)
    return packet.map {
      step(
        $0, describedBy: text, delay: readSeconds(delay, .after), count: count, interval: interval,
        expectation: expectation)
    }
  }

  private mutating func step(
    _ packet: DescribedPacket, describedBy node: PropertyListNode, delay: Double = 0, count: Int = 1,
    interval: Double = 0, expectation: TestStep.Expectation = .init()
  ) -> TestStep {
    packetCount += count
    // A leap to another day is worth a day of ticks.
    secondCount += delay + Double(count - 1) * interval + (packet.time == nil ? 0 : 86_400)
    return TestStep(
      packet: packet, delay: delay, count: count, interval: interval, expectation: expectation, place: node.place)
  }

  private mutating func readPacket(_ node: PropertyListNode) -> DescribedPacket? {
    guard !node.isMissing else { return nil }
    guard let text = node.text else {
      findings.add(.packetIsNoText(at: node.place))
      return nil
    }
    describedPackets += 1
    guard !isFull else {
      findings.add(.tooManyDescribedPackets(limit: limits.testPackets, at: node.place))
      return nil
    }
    do {
      let packet = try PacketNotation.parse(text)
      checkDirection(of: packet, in: node)
      return packet
    } catch {
      findings.add(.badPacket(error, in: node))
      return nil
    }
  }

  private mutating func checkDirection(of packet: DescribedPacket, in node: PropertyListNode) {
    let isLoopback = packet.interfaceName.map(ruleSet.settings.systemName(of:)) == "lo"
    do {
      try packet.checkDirection(on: host, local: local, isLoopback: isLoopback)
    } catch {
      findings.add(.contradiction(error, in: node))
    }
  }

  // MARK: Numbers

  private mutating func readSeconds(_ node: PropertyListNode?, _ key: TestKey) -> Double {
    guard let node, !node.isMissing else { return 0 }
    guard let seconds = node.text.flatMap({ Double($0) }), (0...Self.mostSeconds).contains(seconds) else {
      findings.add(.badExpectation(key, node, expected: "seconds from 0 to \(Int(Self.mostSeconds))"))
      return 0
    }
    return seconds
  }

  private mutating func readCount(_ node: PropertyListNode?) -> Int {
    guard let node, !node.isMissing else { return 1 }
    guard let count = node.integer.flatMap({ Int(exactly: $0) }), (1...100_000).contains(count) else {
      findings.add(.badExpectation(.repeat, node, expected: "a number from 1 to 100000"))
      return 1
    }
    return count
  }

  // MARK: Expectations

  private mutating func readExpectation(_ node: PropertyListNode) -> TestStep.Expectation {
    var expectation = TestStep.Expectation()
    for entry in node.entries where !entry.value.isMissing {
      switch TestKey(rawValue: entry.key) {
      case .expect: expectation.verdict = readVerdict(entry.value)
      case .rule: expectation.decider = readDecider(entry.value)
      case .reason: expectation.reason = readReason(entry.value)
      case .logged: expectation.entriesLogged = readLogged(entry.value)
      case .triggered: expectation.triggered = readTriggered(entry.value)
      default: break
      }
    }
    return expectation
  }

  /// In any case, with or without blanks: `dropConnection`, `"drop connection"`.
  private mutating func readVerdict(_ node: PropertyListNode) -> Verdict? {
    let word = node.text ?? ""
    if let verdict = Verdict(word: word) { return verdict }
    let names = Verdict.allCases.map(\.name)
    let hint = didYouMean(word, in: names, foreignWords: Verdict.foreignWords)
    findings.add(.badExpectation(.expect, node, expected: names.alternatives, hint: hint))
    return nil
  }

  /// As logs name it, in any case.
  private mutating func readReason(_ node: PropertyListNode) -> String? {
    let names = BuiltInReason.allCases.map(\.name)
    let word = (node.text ?? "").lowercased()
    if let name = names.first(where: { $0.lowercased() == word }) { return name }
    findings.add(.badExpectation(.reason, node, expected: names.alternatives, hint: didYouMean(word, in: names)))
    return nil
  }

  private mutating func readDecider(_ node: PropertyListNode) -> TestStep.Expectation.Decider? {
    guard let number = node.text.map({ String(Substring($0).trimmed) }) else {
      findings.add(.badExpectation(.rule, node, expected: "the number of a rule, 0 or none"))
      return nil
    }
    switch number {
    case "0": return .builtIn
    case "none": return .endOfRules
    default:
      if !numbers.contains(number) { findings.add(.noSuchRule(number, in: ruleSet, at: node.place)) }
      return .rule(number)
    }
  }

  private mutating func readLogged(_ node: PropertyListNode) -> Int? {
    if let count = node.integer.flatMap({ Int(exactly: $0) }), count >= 0 { return count }
    findings.add(.badExpectation(.logged, node, expected: "a number of log entries, such as 0 or 1"))
    return nil
  }

  /// `none`, an address, or an array of addresses.
  private mutating func readTriggered(_ node: PropertyListNode) -> TestStep.Expectation.Triggered? {
    if node.text == "none" { return .nobody }
    var addresses: [IPAddress] = []
    for element in node.kind == .array ? Array(node.elements) : [node] {
      guard let address = element.text.flatMap({ IPAddress($0) }) else {
        let hint = didYouMean(element.text ?? "", in: ["none"], foreignWords: ["nobody": ["none"], "no": ["none"]])
        findings.add(.badExpectation(.triggered, element, expected: "an address, or none", hint: hint))
        return nil
      }
      addresses.append(address)
    }
    return .addresses(addresses)
  }
}

extension Verdict {
  /// In any case, with or without blanks: `dropConnection`, `drop connection`.
  fileprivate init?(word: String) {
    let folded = word.filter { !$0.isWhitespace }.lowercased()
    guard let verdict = Self.allCases.first(where: { $0.name.lowercased() == folded }) else { return nil }
    self = verdict
  }

  /// What other firewalls call a verdict.
  fileprivate static let foreignWords = foreignActionWords.compactMapValues { actions in
    let verdicts = actions.compactMap { Verdict(word: $0)?.name }
    return verdicts.isEmpty ? nil : verdicts
  }
}
