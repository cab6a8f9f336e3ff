internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
public import SentryRules

/// A document as somebody sent it, read, checked and tested: its findings, and its rules if none of them is an error.
public struct SubmittedDocument: Sendable {
  /// As the sender calls it, usually a path; its control characters are question marks, so that it can be printed anywhere.
  public let name: String
  public let document: RuleDocument
  /// In bytes.
  let size: Int
  /// Of the document's own tests.
  let testFailures: [Diagnostic]

  public init(name: String, reading bytes: [UInt8]) {
    let name = name.withoutControlCharacters
    self.name = name
    size = bytes.count
    document = RuleDocument(reading: bytes, fileName: name)
    testFailures = document.ruleSet.map { DocumentTests.failures(of: $0) } ?? []
  }

  /// What is wrong with the text, in its order, then the tests that fail.
  var diagnostics: [Diagnostic] { document.diagnostics + testFailures }

  var findings: [DiagnosticRecord] {
    diagnostics.map { DiagnosticRecord($0, in: document.source) }
  }
}

/// A document that is (or was) in force.
struct AppliedDocument: Sendable {
  let name: String
  /// As it was sent; canonical text for one that came as XML or binary.
  let text: String
  let rules: LoadedRules
  /// Seconds since 1970.
  let appliedTime: Double
  /// What was done to it while it was in force.
  let edits: EditsReport?
  /// Who has put it in force.
  let user: String

  /// `nil` for a document with errors or, if it is held to its tests, one whose tests fail.
  init?(
    _ submitted: SubmittedDocument, generation: UInt32, labels: RuleLabels, appliedTime: Double,
    isHeldToTests: Bool = true, edits: EditsReport? = nil, user: String = Peer.thisProcess.user
  ) {
    guard let ruleSet = submitted.document.ruleSet, let text = submitted.document.appliedText,
      submitted.testFailures.isEmpty || !isHeldToTests
    else { return nil }
    name = submitted.name
    self.text = text
    rules = LoadedRules(ruleSet, generation: generation, labels: labels)
    self.appliedTime = appliedTime
    self.edits = edits
    self.user = user
  }

  private init(_ other: AppliedDocument, generation: UInt32, labels: RuleLabels) {
    name = other.name
    text = other.text
    rules = LoadedRules(other.rules.ruleSet, generation: generation, labels: labels)
    appliedTime = other.appliedTime
    edits = other.edits
    user = other.user
  }

  /// The same document, to be in force once more.
  func again(generation: UInt32, labels: RuleLabels) -> AppliedDocument {
    AppliedDocument(self, generation: generation, labels: labels)
  }

  var report: DocumentReport {
    DocumentReport(
      name: name, appliedTime: appliedTime, ruleCount: rules.ruleSet.rules.count, generation: rules.generation,
      edits: edits)
  }

  /// Its edits, once `change` is one of them.
  func edits(and change: String) -> EditsReport {
    EditsReport(
      count: (edits?.count ?? 0) + 1, last: String(change.withoutControlCharacters.prefix(Self.longestChange)),
      documentTime: edits?.documentTime ?? appliedTime)
  }

  /// In characters.
  private static let longestChange = 200
}

extension String {
  /// A name that somebody sent, with question marks for what would move a cursor, break a line or turn text around.
  var withoutControlCharacters: String { String(map { $0.withStandIns == nil ? $0 : "?" }) }
}
