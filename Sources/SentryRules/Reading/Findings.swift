internal import SentryDiagnostics

/// Gathers what is found in one document.
struct Findings {
  private var diagnostics: [Diagnostic]
  private var said: Set<String> = []

  init(_ diagnostics: [Diagnostic] = []) {
    self.diagnostics = diagnostics
  }

  mutating func add(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  /// Only the first time for each `topic`: some habits of old documents would fill pages.
  mutating func addOnce(_ topic: String, _ diagnostic: @autoclosure () -> Diagnostic) {
    if said.insert(topic).inserted { diagnostics.append(diagnostic()) }
  }

  var hasErrors: Bool { diagnostics.hasErrors }

  /// By place in the text; those of one place, and of documents without places, as they came.
  var inOrder: [Diagnostic] {
    diagnostics.enumerated()
      .sorted { a, b in
        (a.element.range.lowerBound, a.offset) < (b.element.range.lowerBound, b.offset)
      }
      .map(\.element)
  }
}
