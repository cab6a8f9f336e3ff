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
  /// What is told about it: what reading found, and once it is checked, what the checks found.
  private(set) var findings: [Diagnostic]

  init(path: String, reading bytes: [UInt8]) {
    name = FileInput.displayName(path)
    document = RuleDocument(reading: bytes, fileName: name)
    findings = document.diagnostics
  }

  /// Runs the checks. Findings that are allowed are left out, unless they are errors.
  mutating func check(on host: HostFacts?, allowing allowed: Set<Diagnostic.ID>) {
    findings = document.findings(on: host).filter { $0.severity == .error || !allowed.contains($0.id) }
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

  /// Writes the findings with their lines and carets, of each kind the first few; with `summary`, a last line that counts them.
  func printFindings(to destination: Destination, summary: Bool) {
    let isColoured = destination == .output ? Console.outputHasColour : Console.errorHasColour
    var lines = findings.rendered(in: document.source, usesColor: isColoured)
    if summary { lines.append("\(name): \(ruleCount)\(findings.summary)") }
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
    findings.map { DiagnosticRecord($0, in: document.source) }
  }

  /// `12 rules, `; nothing for a document that cannot run.
  private var ruleCount: String {
    document.ruleSet.map { "\(counted($0.rules.count, "rule")), " } ?? ""
  }
}
