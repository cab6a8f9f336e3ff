internal import SentryDiagnostics

/// Gathers what is found in one document: as many as somebody can read, then a last one that says there are more.
struct Findings {
  private static let limit = 200
  /// By then there are more findings than are told, and to make another might cost more than it is worth.
  private static let topicLimit = 1_000

  private var diagnostics: [Diagnostic]
  /// The first that was too many, with the severity of the worst of those.
  private var excess: Diagnostic?
  private var said: Set<String> = []

  init(_ diagnostics: [Diagnostic] = []) {
    self.diagnostics = diagnostics
  }

  /// `diagnostic` is only made if it can still change something.
  mutating func add(_ diagnostic: @autoclosure () -> Diagnostic) {
    if isFull(for: .error) { return }
    let diagnostic = diagnostic()
    if diagnostics.count < Self.limit { return diagnostics.append(diagnostic) }
    if excess == nil { excess = .moreFindings(than: Self.limit, after: diagnostic) }
    if let severity = excess?.severity, severity < diagnostic.severity { excess?.severity = diagnostic.severity }
  }

  /// Only the first time for each `topic`: some habits of old documents would fill pages.
  mutating func addOnce(_ topic: String, _ diagnostic: @autoclosure () -> Diagnostic) {
    if said.count < Self.topicLimit, said.insert(topic).inserted { add(diagnostic()) }
  }

  /// Another finding of this severity would not change anything any more.
  func isFull(for severity: Diagnostic.Severity) -> Bool {
    excess.map { $0.severity >= severity } ?? false
  }

  var hasErrors: Bool { diagnostics.hasErrors || excess?.severity == .error }

  /// By place in the text; those of one place, and of documents without places, as they came.
  var inOrder: [Diagnostic] {
    (diagnostics + (excess.map { [$0] } ?? [])).enumerated()
      .sorted { a, b in
        (a.element.range.lowerBound, a.offset) < (b.element.range.lowerBound, b.offset)
      }
      .map(\.element)
  }
}
