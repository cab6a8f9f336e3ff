internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// Reads what is to be edited, lets it be edited, and puts the result where it belongs.
struct EditSession {
  let subject: EditSubject
  let options: EditOptions

  /// - Parameter edit: the edit and a line that says what was done; nothing is written if it changes nothing.
  func run(_ edit: (EditableDocument) throws -> (EditedDocument, report: String)) async throws {
    switch subject {
    case .file(let path): try editFile(path, edit)
    case .running: try await editRunning(edit)
    }
  }

  // MARK: Files

  private func editFile(
    _ path: String, _ edit: (EditableDocument) throws -> (EditedDocument, report: String)
  ) throws {
    let bytes = try FileInput.read(path)
    let (result, report) = try Self.refusing { () throws in
      let document = try EditableDocument(reading: bytes, fileName: FileInput.displayName(path))
      if document.form == .xml, Self.hasXMLComment(bytes) {
        Console.writeError("\(document.name): XML is written anew; its comments are not kept")
      }
      return try edit(document)
    }
    try deliver(result.bytes, before: bytes, path: path)
    Console.writeError("\(FileInput.displayName(path)): \(report)")
  }

  private static func hasXMLComment(_ bytes: [UInt8]) -> Bool { Data(bytes).range(of: Data("<!--".utf8)) != nil }

  private func deliver(_ bytes: [UInt8], before: [UInt8], path: String) throws(CommandFailure) {
    if options.dryRun || options.output == "-" || options.output == nil && path == "-" {
      return Console.write(bytes)
    }
    if let output = options.output { return try FileReplacement.write(bytes, to: output) }
    if bytes != before { try FileReplacement.write(bytes, to: path) }
  }

  // MARK: The running rules

  /// Edits the text that is in force and applies the result, unless somebody applied another in between.
  private func editRunning(_ edit: (EditableDocument) throws -> (EditedDocument, report: String)) async throws {
    try await ControlClient.connected(to: options.socket.path) { client in
      let active: ActiveRulesReply = try await client.get(ControlPath.rules)
      let before = Array(active.text.utf8)
      let (result, report) = try Self.refusing { () throws in
        try edit(EditableDocument(reading: before, fileName: active.document.name))
      }
      if options.dryRun || options.output == "-" { return Console.write(result.bytes) }
      if let output = options.output { return try FileReplacement.write(result.bytes, to: output) }
      if result.bytes != before { try await apply(result.bytes, over: active.document, with: client) }
      Console.writeError("running rules: \(report)")
    }
  }

  /// Applies what came of `document`, unless another is in force by now.
  func apply(_ bytes: [UInt8], over document: DocumentReport, with client: ControlClient) async throws {
    let query = [
      ControlPath.documentName: document.name, ControlPath.expectedGeneration: String(document.generation),
    ]
    let reply: ApplyReply = try await client.put(ControlPath.rules, query: query, body: Data(bytes))
    guard !reply.applied else { return warnOfTests(reply.findings) }
    for line in FindingsText.lines(reply.findings, of: document.name, bytes, hasColour: Console.errorHasColour) {
      Console.writeError(line)
    }
    throw CommandFailure(.unusableData, "the result was refused; the rules in force stay as they are")
  }

  /// Running rules may be edited against the document's own promises; it is said, though.
  private func warnOfTests(_ findings: [DiagnosticRecord]) {
    let failures = findings.count { $0.id == Diagnostic.ID.testFailed.rawValue }
    guard failures > 0 else { return }
    let expectations = counted(failures, "expectation")
    Console.writeError("warning: \(expectations) of the document's tests no longer met: `apply` would refuse its text")
  }

  // MARK: Refusals

  /// Tells why an edit is refused: its findings, then the message.
  static func refusing<Value>(_ work: () throws -> Value) throws -> Value {
    do {
      return try work()
    } catch let error as EditError {
      if let source = error.source {
        for line in error.findings.rendered(in: source, usesColor: Console.errorHasColour) { Console.writeError(line) }
      }
      throw CommandFailure(.unusableData, error.message)
    }
  }

  /// `2.1`, `2.1 and 2.2`, `2.1, 2.2 and 7 more`.
  static func list(_ numbers: [RuleNumber]) -> String {
    let shown = numbers.prefix(8).map(\.description)
    if numbers.count > shown.count { return shown.joined(separator: ", ") + " and \(numbers.count - shown.count) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `rule 2.1`, `rules 2.1 and 2.2`.
  static func rules(_ numbers: [RuleNumber]) -> String { (numbers.count == 1 ? "rule " : "rules ") + list(numbers) }
}
