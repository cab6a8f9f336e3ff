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
  ///
  /// - Parameter rest: of a second file, with what was found there; its rules are in the same document.
  func write(_ rules: ImportedRules, with rest: ImportedRules? = nil) throws {
    let all = [rules] + [rest].compactMap(\.self)
    if format == .text { for each in all { printFindings(each, of: rules) } }
    guard let text = rules.text, all.allSatisfy({ $0.ruleSet != nil }) else {
      if format == .json { Console.writeLine(try jsonText(ImportReport(all))) }
      let file = all.first { $0.ruleSet == nil } ?? rules
      throw CommandFailure(.unusableData, "\(file.source.fileName): no document was made")
    }
    let written = format == .json ? try jsonText(ImportReport(all)) + "\n" : text
    if let output, output != "-" {
      try FileReplacement.write(Array(written.utf8), to: output)
    } else {
      Console.write(written)
    }
    let least = strict ? Diagnostic.Severity.warning : .error
    if all.contains(where: { $0.diagnostics.contains { $0.severity >= least } }) { throw CommandFailure(.findings) }
  }

  /// All of them: each may be a hole, or a door that stays shut.
  private func printFindings(_ rules: ImportedRules, of document: ImportedRules) {
    for finding in rules.diagnostics {
      Console.writeError(finding.rendered(in: rules.source, usesColor: Console.errorHasColour))
    }
    guard !rules.diagnostics.isEmpty else { return }
    let count = document.ruleSet.map { "a document of \(counted($0.rules.count, "rule")), " } ?? ""
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

  /// - Parameter imported: the first has the document.
  init(_ imported: [ImportedRules]) {
    let all = imported.flatMap(\.diagnostics)
    let isWhole = imported.allSatisfy { $0.ruleSet != nil }
    file = imported[0].source.fileName
    document = isWhole ? imported[0].text : nil
    rules = isWhole ? imported[0].ruleSet?.rules.count : nil
    errors = all.count { $0.severity == .error }
    warnings = all.count { $0.severity == .warning }
    findings = imported.flatMap { one in one.diagnostics.map { DiagnosticRecord($0, in: one.source) } }
  }
}
