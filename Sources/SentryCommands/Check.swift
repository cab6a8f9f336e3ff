internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryRules

/// `sentry check`: reads documents and says what is wrong with them.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read documents and say what is wrong with them.",
    discussion: """
      Each finding names file, line and column, shows the line, and says what would be accepted. The exit status is 1 if a \
      document has errors (with --strict also warnings), else 0.

        sentry check Documents/Default.plist
        sentry check --format json my.plist
      """)

  @Argument(
    help: ArgumentHelp("Documents: text, XML or binary property lists; - reads standard input.", valueName: "doc"))
  var documents: [String]

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Flag(help: "Count warnings as errors.")
  var strict = false

  func run() throws {
    var reports: [CheckReport] = []
    for path in documents {
      let document = DocumentFile(path: path, reading: try FileInput.read(path))
      if format == .text { document.printFindings(to: .output, summary: true) }
      reports.append(CheckReport(document))
    }
    if format == .json { Console.writeLine(try jsonText(reports)) }
    let isBad = reports.contains { $0.errors > 0 || (strict && $0.warnings > 0) }
    if isBad { throw CommandFailure(.findings) }
  }
}

/// What `check --format json` says of one document.
struct CheckReport: Encodable {
  var file: String
  /// Number of rules; null if the document cannot run.
  var rules: Int?
  var errors: Int
  var warnings: Int
  var findings: [DiagnosticRecord]

  init(_ document: DocumentFile) {
    file = document.name
    rules = document.document.ruleSet?.rules.count
    errors = document.document.diagnostics.count { $0.severity == .error }
    warnings = document.document.diagnostics.count { $0.severity == .warning }
    findings = document.records
  }
}
