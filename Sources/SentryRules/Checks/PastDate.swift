internal import SentryDiagnostics
internal import SentryPacket

/// A rule for a time that is over.
enum PastDateCheck: Check {
  static let page = FindingPage(
    .pastDate, .note, "a rule for a time that is over",
    meaning: """
      The last moment the rule asks for lies before now, on the clock of this machine: from here on it never matches. \
      Found by sentry check --host only; a document alone knows no clock, and a capture may be as old as the rule.
      """,
    example: .onHost(
      """
      ( { enabled = 1; propertyName = "Date and time"; relationName = "<="; propertyValue = "2006-05-06 08:30:00 +0200";
          filterActionName = Pass; } )
      """, .example),
    remedy: "Delete the rule, or give it a new date.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    guard let now = document.host?.now else { return }
    for index in document.rules.indices where document.usage[index] {
      guard !findings.isFull(for: .note) else { return }
      let rule = document.rules[index]
      guard let asked = document.reader.meaning(of: rule).core.first, asked.aspect == .dateAndTime,
        let last = asked.values.ranges.last?.upperBound, last < now.seconds.inOrder
      else { continue }
      findings.add(.dateIsPast(rule, at: document.placeOfTest(of: index)))
    }
  }
}

extension HostFacts {
  /// One whose clock says 2026-01-01 12:00:00 UTC.
  fileprivate static var example: HostFacts {
    var host = HostFacts()
    host.now = Timestamp(seconds: 1_767_268_800)
    return host
  }
}
