internal import SentryDiagnostics
internal import SentryEngine
internal import SentryRules

/// A document named on the command line: what it holds and what was found in it.
struct DocumentFile {
  enum Destination {
    case output
    case error
  }

  /// As messages name it.
  let name: String
  let document: RuleDocument

  init(path: String, reading bytes: [UInt8]) {
    name = FileInput.displayName(path)
    document = RuleDocument(reading: bytes, fileName: name)
  }

  /// Reads a document that is to be used: its findings go to standard error, and one that has errors ends the command.
  static func load(_ path: String) throws(CommandFailure) -> (file: DocumentFile, ruleSet: RuleSet) {
    let file = DocumentFile(path: path, reading: try FileInput.read(path))
    guard let ruleSet = file.document.ruleSet else {
      file.printFindings(to: .error, summary: true)
      throw CommandFailure(.unusableData, "\(file.name) has errors; nothing was done")
    }
    file.printFindings(to: .error, summary: false)
    return (file, ruleSet)
  }

  /// Writes each finding with its line and a caret; with `summary`, a last line that counts them.
  func printFindings(to destination: Destination, summary: Bool) {
    let isColoured = destination == .output ? Console.outputHasColour : Console.errorHasColour
    var lines = document.diagnostics.map { $0.rendered(in: document.source, usesColor: isColoured) }
    if summary { lines.append("\(name): \(findingSummary)") }
    for line in lines {
      if destination == .output { Console.writeLine(line) } else { Console.writeError(line) }
    }
  }

  /// Runs the document's own tests; those that fail go to standard error and end the command.
  func checkTests(of ruleSet: RuleSet, orElse consequence: String) throws(CommandFailure) {
    let failures = DocumentTests.failures(of: ruleSet)
    guard !failures.isEmpty else { return }
    for failure in failures {
      Console.writeError(failure.rendered(in: document.source, usesColor: Console.errorHasColour))
    }
    throw CommandFailure(.unusableData, "\(name): \(counted(failures.count, "test failure")); \(consequence)")
  }

  /// The findings in their JSON form.
  var records: [DiagnosticRecord] {
    document.diagnostics.map { DiagnosticRecord($0, in: document.source) }
  }

  private var findingSummary: String {
    let errors = document.diagnostics.count { $0.severity == .error }
    let warnings = document.diagnostics.count { $0.severity == .warning }
    guard let ruleSet = document.ruleSet else {
      return "\(counted(errors, "error")), \(counted(warnings, "warning"))"
    }
    let rules = counted(ruleSet.rules.count, "rule")
    return warnings == 0 ? "\(rules), no errors" : "\(rules), no errors, \(counted(warnings, "warning"))"
  }
}
