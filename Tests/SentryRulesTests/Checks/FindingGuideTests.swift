import SentryDiagnostics
import SentryRules
import SentryTestSupport
import Testing

@Test func everyFindingHasOnePage() {
  let ids = FindingGuide.pages.map(\.id.rawValue)
  #expect(ids.sorted() == Diagnostic.ID.allCases.map(\.rawValue).sorted())
}

/// What a page tells of rather than shows: a document too large to be made for this, and what other readers find.
private let told: Set<Diagnostic.ID> = [
  .documentTooLarge, .testFailed, .badListAddress, .unknownTable, .badListDuration, .tooManyFields, .notTakenOver,
  .takenOverDifferently, .notFirewallRules,
]

@Test(arguments: Diagnostic.ID.allCases.filter { !told.contains($0) })
func theExampleHasItsFindingAndNoOther(_ id: Diagnostic.ID) throws {
  let page = try #require(FindingGuide.page(for: id))
  let document = RuleDocument(reading: try #require(page.example.bytes))
  let findings = document.findings(on: page.example.host)
  // The last of too many findings stands behind those that were told.
  let found = id == .tooManyFindings ? Array(findings.suffix(1)) : findings
  let ids = Set(found.map(\.id))
  #expect(ids == [id], "\(findings.map { $0.rendered(in: document.source) }.joined(separator: "\n"))")
  #expect(found.first?.severity == page.severity)
}

@Test(arguments: FindingGuide.pages)
func pagesAreWrittenWhole(_ page: FindingPage) {
  #expect(!page.title.isEmpty && !page.title.hasSuffix("."))
  #expect(page.meaning.hasSuffix(".") || page.meaning.hasSuffix(".)"))
  #expect(page.remedy.hasSuffix(".") || page.remedy.hasSuffix("?"))
}

@Test func aPageReadsWellInATerminal() throws {
  let page = try #require(FindingGuide.page(for: .duplicateInterface))
  #expect(
    page.text == """
      duplicateInterface: warning: an interface that is listed twice

      The first entry counts, the second is ignored, whatever it says.

          {
            rules = ( { nodeName = all; enabled = 1; } );
            interfaces = ( { name = eth0; external = 1; }, { name = eth0; external = 0; } );
          }

      Keep one of the two.
      """)
}

@Test func theWrittenGuideIsFresh() throws {
  #expect(
    try GeneratedFile("docs/Checks.md").holds(FindingGuide.markdown),
    "docs/Checks.md is out of date: RECORD=1 swift test writes it again")
}
