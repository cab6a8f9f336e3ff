internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryImport
internal import SentryProcesses
internal import SentryRules

/// What all imports write, and where to.
struct ImportOutput: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("Where to; without it, standard output.", valueName: "file"))
  var output: String?

  @Option(help: "How to report: the document alone, or one object with it and all findings.")
  var format = ReportFormat.text

  @Flag(help: "End with status 1 also if there are warnings.")
  var strict = false

  /// Writes the document and what was found.
  func write(_ rules: ImportedRules) throws {
    if format == .text { printFindings(rules) }
    guard let text = rules.text else {
      if format == .json { Console.writeLine(try jsonText(ImportReport(rules))) }
      throw CommandFailure(.unusableData, "\(rules.source.fileName): no document was made")
    }
    let written = format == .json ? try jsonText(ImportReport(rules)) + "\n" : text
    if let output, output != "-" {
      try FileReplacement.write(Array(written.utf8), to: output)
    } else {
      Console.write(written)
    }
    let least = strict ? Diagnostic.Severity.warning : .error
    if rules.diagnostics.contains(where: { $0.severity >= least }) { throw CommandFailure(.findings) }
  }

  /// All of them: each may be a hole, or a door that stays shut.
  private func printFindings(_ rules: ImportedRules) {
    for finding in rules.diagnostics {
      Console.writeError(finding.rendered(in: rules.source, usesColor: Console.errorHasColour))
    }
    guard !rules.diagnostics.isEmpty else { return }
    let count = rules.ruleSet.map { "\(counted($0.rules.count, "rule")), " } ?? ""
    Console.writeError("\(rules.source.fileName): \(count)\(rules.diagnostics.summary)")
  }

  // MARK: This machine's names

  /// Options with the services and protocols that have names here.
  static var names: ImportOptions {
    var options = ImportOptions()
    options.port = { ServiceNames.port(of: $0, protocol: $1) }
    options.protocolNumber = { ServiceNames.number(ofProtocol: $0) }
    return options
  }
}

/// What `import --format json` says.
struct ImportReport: Encodable {
  var file: String
  /// Null if none was made.
  var document: String?
  var rules: Int?
  var errors: Int
  var warnings: Int
  var findings: [DiagnosticRecord]

  init(_ imported: ImportedRules) {
    file = imported.source.fileName
    document = imported.text
    rules = imported.ruleSet?.rules.count
    errors = imported.diagnostics.count { $0.severity == .error }
    warnings = imported.diagnostics.count { $0.severity == .warning }
    findings = imported.diagnostics.map { DiagnosticRecord($0, in: imported.source) }
  }
}
