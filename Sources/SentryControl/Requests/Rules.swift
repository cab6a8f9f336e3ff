public import SentryDiagnostics

/// The document in force and what its rules have counted.
public struct ActiveRulesReply: Codable, Sendable, Equatable {
  public var document: DocumentReport
  public var enabled: Bool
  /// Seconds since 1970, when the counters were read.
  public var time: Double
  /// The document as it was applied, comments and layout included; in canonical text form if it came as XML or binary.
  public var text: String
  /// In document order, disabled ones included, with `matchDelta` and `byteDelta`.
  public var rules: [RuleReport]

  public init(document: DocumentReport, enabled: Bool, time: Double, text: String, rules: [RuleReport]) {
    self.document = document
    self.enabled = enabled
    self.time = time
    self.text = text
    self.rules = rules
  }
}

/// What came of a document that was sent to replace the rules in force.
///
/// Status 200 if it did, 422 if it has errors, or would end the SSH connection of who sent it: then the rules in force stay as they
/// are.
public struct ApplyReply: Codable, Sendable, Equatable {
  public var applied: Bool
  /// Everything that was found in the document, in the order of its text.
  public var findings: [DiagnosticRecord]
  /// The document in force now: the one sent, or, if that was refused, the one from before.
  public var document: DocumentReport
  /// The document that was replaced and what it has judged; `nil` if the one sent was refused.
  public var replaced: GenerationReport?
  /// The same by interface, at the moment the rules were replaced: `judgedByCurrentRules` still counts for the replaced rules.
  public var interfaces: [InterfaceReport]
  /// Rules whose counters were kept, because they did not change.
  public var keptCounters: Int
  /// How the document sent differs from the one it has replaced; only where the caller asks.
  public var difference: DifferenceReport?
  /// The document is in force on trial.
  public var trial: TrialReport?
  /// The rules would end the SSH connection of who sent them; they are in force all the same if `applied`.
  public var lockout: LockoutReport?
  /// Who sent them came over SSH, but by which connection is not ours to see: nobody knows whether they end it.
  public var hiddenLogin: Bool?
  /// Entries that make way because tables get smaller; of a document on trial, once it is confirmed.
  public var makingWay: [MakingWayReport]?
  /// The rules before asked what programs may do, and these do not.
  public var programsUnasked: Bool?

  public init(
    applied: Bool, findings: [DiagnosticRecord], document: DocumentReport, replaced: GenerationReport? = nil,
    interfaces: [InterfaceReport] = [], keptCounters: Int = 0
  ) {
    self.applied = applied
    self.findings = findings
    self.document = document
    self.replaced = replaced
    self.interfaces = interfaces
    self.keptCounters = keptCounters
  }
}

/// Entries of a table that make way because it gets smaller.
public struct MakingWayReport: Codable, Sendable, Equatable {
  public var table: String
  public var entries: Int

  public init(table: String, entries: Int) {
    self.table = table
    self.entries = entries
  }
}
