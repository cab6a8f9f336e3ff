internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryRules

/// `sentry check`: reads documents and says what is wrong with them.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read documents and say what is wrong with them.",
    discussion: """
      Each finding names file, line and column, shows the line, and says what would be accepted. The exit status is 1 if a \
      document has errors (with --strict also warnings), else 0. `sentry checks` lists what can be found.

        sentry check Documents/Default.plist
        sentry check --strict --allow noEffect my.plist
        sentry check --host /etc/sentry/sentry.plist
      """)

  @Argument(
    help: ArgumentHelp("Documents: text, XML or binary property lists; - reads standard input.", valueName: "doc"))
  var documents: [String]

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Flag(help: "Count warnings as errors.")
  var strict = false

  @Option(
    help: ArgumentHelp("Leave out findings with this name; may be repeated. Errors stay.", valueName: "name"),
    transform: FindingName.id(named:))
  var allow: [Diagnostic.ID] = []

  @Flag(
    help: """
      Compare with this machine, too: its addresses, name servers and default routes, and the ssh connection you sit at.
      """)
  var host = false

  func run() throws {
    var reports: [CheckReport] = []
    let host = host ? ThisHost.facts() : nil
    for path in documents {
      var document = DocumentFile(path: path, reading: try FileInput.read(path))
      document.check(on: host, allowing: Set(allow))
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
    errors = document.findings.count { $0.severity == .error }
    warnings = document.findings.count { $0.severity == .warning }
    findings = document.records
  }
}
