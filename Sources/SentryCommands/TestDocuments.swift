internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryRules

/// `sentry test`: runs the tests that documents carry.
struct TestDocuments: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that documents carry.",
    discussion: """
      A document says under 'tests' what becomes of which packet; docs/Notation.md tells how. Each test that fails is shown \
      with its place in the document. The exit status is 1 if one fails, else 0; 65 if a document has errors.

        sentry test Documents/Default.plist
        sentry test --verbose --filter telnet my.plist
      """)

  @Argument(
    help: ArgumentHelp("Documents: text, XML or binary property lists; - reads standard input.", valueName: "doc"))
  var documents: [String]

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Option(help: ArgumentHelp("Run only the tests whose name, or first packet, has this text in it.", valueName: "name"))
  var filter: String?

  @Flag(help: "Tell also what became of each packet.")
  var verbose = false

  func run() throws {
    var reports: [TestReport] = []
    for path in documents {
      let file = DocumentFile(path: path, reading: try FileInput.read(path))
      reports.append(format == .json ? TestReport(file, results(of: file)) : printed(file))
    }
    if format == .json { Console.writeLine(try jsonText(reports)) }
    if reports.contains(where: { $0.isUnusable }) { throw CommandFailure(.unusableData) }
    if let filter, reports.allSatisfy({ $0.passed + $0.failed == 0 }) {
      throw CommandFailure(.usage, "no test has '\(filter)' in its name")
    }
    if reports.contains(where: { $0.failed > 0 }) { throw CommandFailure(.findings) }
  }

  private func results(of file: DocumentFile) -> [TestResult] {
    file.document.ruleSet.map { DocumentTests.run(selected(in: $0), of: $0) } ?? []
  }

  private func selected(in ruleSet: RuleSet) -> [DocumentTest] {
    guard let filter = filter?.lowercased() else { return ruleSet.tests }
    return ruleSet.tests.filter { $0.title.lowercased().contains(filter) }
  }

  /// Each result is printed when it is there; the report tells only how many there were.
  private func printed(_ file: DocumentFile) -> TestReport {
    var report = TestReport(file, [])
    file.printFindings(to: .error, summary: report.isUnusable)
    guard let ruleSet = file.document.ruleSet else { return report }
    let isColoured = Console.outputHasColour
    DocumentTests.run(selected(in: ruleSet), of: ruleSet) { result in
      report.count(result)
      if verbose {
        Console.writeLine(TestRecord(result, in: file.document.source).text(Style(isOn: isColoured)))
      }
      for failure in result.failures {
        Console.writeLine(failure.rendered(in: file.document.source, usesColor: isColoured))
      }
    }
    Console.writeLine(report.summary)
    return report
  }
}

/// What `test --format json` says of one document.
struct TestReport: Encodable {
  var file: String
  var passed: Int
  var failed: Int
  var tests: [TestRecord]
  /// What is wrong with the document; with errors its tests do not run.
  var findings: [DiagnosticRecord]

  /// The document has errors.
  var isUnusable: Bool { findings.contains { $0.severity == Diagnostic.Severity.error.rawValue } }

  init(_ file: DocumentFile, _ results: [TestResult]) {
    self.file = file.name
    passed = 0
    failed = 0
    tests = results.map { TestRecord($0, in: file.document.source) }
    findings = file.records
    for result in results { count(result) }
  }

  mutating func count(_ result: TestResult) {
    if result.hasPassed { passed += 1 } else { failed += 1 }
  }

  /// `my.plist: 3 tests passed, 1 failed`.
  var summary: String {
    guard passed + failed > 0 else { return "\(file): no tests" }
    return "\(file): \(counted(passed, "test")) passed" + (failed == 0 ? "" : ", \(grouped(failed)) failed")
  }
}

/// One test in the report.
struct TestRecord: Encodable {
  /// The test's name, else its first packet.
  var name: String
  var passed: Bool
  var packets: [PacketRecord]

  init(_ result: TestResult, in source: SourceText) {
    name = result.test.title
    passed = result.hasPassed
    packets = zip(result.test.steps, result.steps).map { PacketRecord($0, $1, in: source) }
  }

  /// A line for the test, and one for each packet.
  func text(_ style: Style) -> String {
    let mark = passed ? style.green("passed") : style.yellow("FAILED")
    let lines = packets.map { packet in
      "          \(packet.packet.visible)\(packet.count == 1 ? "" : " × \(grouped(packet.count))")\n            \(packet.outcome.visible)"
    }
    return ([mark + "  " + name.visible] + lines).joined(separator: "\n")
  }
}

/// One packet of a test in the report.
struct PacketRecord: Encodable {
  /// The line that describes it.
  var packet: String
  /// How often it was sent.
  var count: Int
  /// `delete by rule 2.1.5.1 telnet probe`.
  var outcome: String
  /// Both null if all was as promised.
  var expected: String?
  var found: String?
  /// Where the document describes the packet; null where the document has no text.
  var line: Int?
  var column: Int?

  init(_ step: TestStep, _ result: StepResult, in source: SourceText) {
    packet = step.packet.text
    count = step.count
    outcome = result.outcome
    expected = result.failure?.expected
    found = result.failure?.found
    guard step.place.path == nil else { return }
    let start = source.location(of: step.place.range.lowerBound)
    (line, column) = (start.line, start.column)
  }
}
