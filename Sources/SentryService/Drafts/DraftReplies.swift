internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

// What drafts come to: pure work on texts, for a thread that has the time.

extension DraftReply {
  /// Reads a text, edited first if there is an edit.
  init(_ text: String, name: String, edit: DraftEdit?) {
    let bytes = Array(text.utf8)
    guard let edit else {
      self.init(DraftDocument(reading: bytes, fileName: name), text: text)
      return
    }
    do throws(EditError) {
      let outcome = try edit.carriedOut(on: EditableDocument(reading: bytes, fileName: name))
      let draft = DraftDocument(reading: outcome.result.bytes, fileName: name)
      self.init(draft, text: String(decoding: outcome.result.bytes, as: UTF8.self))
      change = outcome.change
      inserted = outcome.inserted.isEmpty ? nil : outcome.inserted.map(\.description)
    } catch {
      self.init(DraftDocument(reading: bytes, fileName: name), text: text)
      editError = error.message
      if let source = error.source { editFindings = error.findings.map { DiagnosticRecord($0, in: source) } }
    }
  }

  private init(_ draft: DraftDocument, text: String) {
    self.init(
      text: text, rules: draft.rules.enumerated().map { OutlineReport($0.element, at: $0.offset) },
      findings: draft.document.diagnostics.map { DiagnosticRecord($0, in: draft.document.source) },
      findingRules: draft.document.diagnostics.map(draft.rule))
  }
}

extension OutlineReport {
  /// - Parameter place: in the document, counting from 0.
  init(_ rule: OutlinedRule, at place: Int) {
    self.init(
      number: rule.number, name: rule.name, enabled: rule.isEnabled, property: rule.property, relation: rule.relation,
      value: rule.value, action: rule.action, parameter: rule.parameter, level: rule.depth, children: rule.childCount,
      isOn: rule.isOn, counted: place)
  }
}

extension CounterReport {
  init(_ counters: RuleCounters) {
    self.init(
      matchCount: counters.matchCount, byteCount: counters.byteCount, lastTime: counters.lastTime?.secondsSince1970)
  }
}

extension DraftCheckReply {
  /// - Parameters:
  ///   - running: the text of the rules in force.
  ///   - host: what to compare the draft with.
  init(_ wanted: DraftCheckRequest, running: String, generation: UInt32, host: HostFacts) {
    let name = (wanted.name ?? "draft").withoutControlCharacters
    let draft = DraftDocument(reading: Array(wanted.text.utf8), fileName: name)
    let results = draft.document.ruleSet.map { DocumentTests.run($0) } ?? []
    let failures = results.flatMap(\.failures)
    let findings = draft.document.findings(on: host) + failures
    let isUsable = draft.document.ruleSet != nil
    self.init(
      findings: findings.map { DiagnosticRecord($0, in: draft.document.source) },
      findingRules: findings.map(draft.rule),
      tests: Tests(
        run: results.reduce(0) { $0 + $1.steps.count },
        failures: failures.map { failure in
          failure.hint.map { "\(failure.message) (\($0))" } ?? failure.message
        }),
      difference: isUsable ? DifferenceReport(from: running, to: draft.document) : nil,
      wouldApply: isUsable && failures.isEmpty, generation: generation)
  }
}

extension DifferenceReport {
  /// Of rules as they were written: what is in force has left parts of the document behind.
  init?(from text: String, to document: RuleDocument) {
    guard let old = RuleDocument(reading: text).ruleSet, let new = document.ruleSet else { return nil }
    self.init(RuleDifference(from: old, to: new))
  }
}
