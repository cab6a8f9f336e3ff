internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What became of one packet, in the words of a test.
struct PacketOutcome {
  private let verdict: Verdict
  private let decider: TestStep.Expectation.Decider
  /// Empty if it has none.
  private let ruleName: String
  private let reason: String?
  private let entriesLogged: Int
  private let triggered: [AddressEntry]

  init(_ judgement: Judgement, _ ruleSet: RuleSet, triggered: [AddressEntry]) {
    verdict = judgement.verdict
    entriesLogged = judgement.entriesLogged
    self.triggered = triggered
    switch judgement.decider {
    case .endOfRules:
      (decider, ruleName, reason) = (.endOfRules, "", nil)
    case .builtIn(let builtIn):
      (decider, ruleName, reason) = (.builtIn, "", builtIn.name)
    case .rule(let index) where !ruleSet.rules.indices.contains(Int(index)):
      (decider, ruleName, reason) = (.endOfRules, "", nil)
    case .rule(let index):
      let rule = ruleSet.rules[Int(index)]
      (decider, ruleName, reason) = (.rule(rule.number), rule.name, nil)
    }
  }

  /// `delete by rule 2.1.5.1 telnet probe`.
  var text: String { "\(verdict.name) \(decider.text)\(ruleName.isEmpty ? "" : " \(ruleName)")\(reasonText)" }

  private var reasonText: String { reason.map { " (\($0))" } ?? "" }

  /// What was promised and did not happen, and what did; `nil` if all is as promised.
  func difference(from expectation: TestStep.Expectation) -> TestFailure? {
    if isAnotherDecision(than: expectation) {
      return TestFailure(expected: expectation.decisionText, found: text)
    }
    if let expected = expectation.entriesLogged, expected != entriesLogged {
      return TestFailure(expected: Self.entries(expected), found: "\(Self.entries(entriesLogged)), \(text)")
    }
    switch expectation.triggered {
    case nil: return nil
    case .nobody:
      guard let entry = triggered.first else { return nil }
      return TestFailure(expected: "nobody in table trigger", found: entry.range.description)
    case .addresses(let addresses):
      guard let missing = addresses.first(where: { !isTriggered($0) }) else { return nil }
      return TestFailure(expected: "\(missing) in table trigger", found: triggeredText)
    }
  }

  private func isAnotherDecision(than expectation: TestStep.Expectation) -> Bool {
    if let expected = expectation.verdict, expected != verdict { return true }
    if let expected = expectation.decider, expected != decider { return true }
    if let expected = expectation.reason, expected != reason { return true }
    return false
  }

  private func isTriggered(_ address: IPAddress) -> Bool { triggered.contains { $0.range.contains(address) } }

  private var triggeredText: String {
    triggered.isEmpty ? "nobody there" : triggered.map(\.range.description).joined(separator: ", ")
  }

  private static func entries(_ count: Int) -> String {
    count == 1 ? "1 log entry" : "\(count) log entries"
  }
}

extension TestStep.Expectation {
  /// `delete by rule 2.1.5.1`.
  fileprivate var decisionText: String {
    [verdict?.name, decider?.text, reason.map { "(\($0))" }].compactMap(\.self).joined(separator: " ")
  }
}

extension TestStep.Expectation.Decider {
  fileprivate var text: String {
    switch self {
    case .rule(let number): "by rule \(number)"
    case .builtIn: "before the rules"
    case .endOfRules: "at the end of the rules"
    }
  }
}
