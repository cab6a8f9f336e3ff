internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// An edit, and how it is told.
struct Edit {
  var result: EditedDocument
  /// `rule 2.1 disabled`.
  var change: String

  /// `rule 2.1 deleted; the former rules 2.2 to 2.5 are now 2.1 to 2.4`.
  var report: String {
    ([change] + EditSession.shifts(result.shifts)).joined(separator: "; ")
  }
}

/// Reads what is to be edited, lets it be edited, and puts the result where it belongs.
struct EditSession {
  let subject: EditSubject
  let options: EditOptions

  /// Nothing is written if the edit changes nothing.
  func run(_ edit: (EditableDocument) throws -> Edit) async throws {
    switch subject {
    case .file(let path):
      if options.force { throw ValidationError("--force says something of the running rules only: leave it out") }
      try editFile(path, edit)
    case .running: try await editRunning(edit)
    }
  }

  // MARK: Files

  private func editFile(_ path: String, _ edit: (EditableDocument) throws -> Edit) throws {
    let bytes = try FileInput.read(path)
    let edit = try Self.refusing { () throws in
      let document = try EditableDocument(reading: bytes, fileName: FileInput.displayName(path))
      if document.form == .xml, Self.hasXMLComment(bytes) {
        Console.writeError("\(document.name): XML is written anew; its comments are not kept")
      }
      if document.isReencoded { Console.writeError("\(document.name): UTF-16 is written anew as UTF-8") }
      return try edit(document)
    }
    try deliver(edit.result.bytes, before: bytes, path: path)
    Console.writeError("\(FileInput.displayName(path)): \(edit.report)")
    warnOfOrphans(edit.result)
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
  private func editRunning(_ edit: (EditableDocument) throws -> Edit) async throws {
    try await ControlClient.connected(to: options.socket.path) { client in
      let active: ActiveRulesReply = try await client.get(ControlPath.rules)
      let before = Array(active.text.utf8)
      let edit = try Self.refusing { () throws in
        try edit(EditableDocument(reading: before, fileName: active.document.name))
      }
      let bytes = edit.result.bytes
      if options.dryRun || options.output == "-" { return Console.write(bytes) }
      if let output = options.output { return try FileReplacement.write(bytes, to: output) }
      if bytes != before { try await apply(bytes, after: edit.change, over: active.document, with: client) }
      Console.writeError("running rules: \(edit.report)")
      warnOfOrphans(edit.result)
    }
  }

  /// Applies what came of `document` by `change`, unless another is in force by now.
  func apply(
    _ bytes: [UInt8], after change: String, over document: DocumentReport, with client: ControlClient
  ) async throws {
    var query = [
      ControlPath.documentName: document.name, ControlPath.expectedGeneration: String(document.generation),
      ControlPath.change: change,
    ]
    if options.force { query[ControlPath.force] = "1" }
    let reply: ApplyReply = try await client.put(ControlPath.rules, query: query, body: Data(bytes))
    LoginText.warn(about: reply)
    guard !reply.applied else { return warnOfTests(reply.findings) }
    if let lockout = reply.lockout {
      throw CommandFailure(
        .unusableData, "the result was refused: \(lockout.text); the rules in force stay as they are (--force insists)")
    }
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

  private func warnOfOrphans(_ result: EditedDocument) {
    if let line = Self.orphans(result.orphans) { Console.writeError("warning: \(line)") }
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

  /// `the former rule 2 is now 3`, `the former rules 4 to 7 are now 5 to 8`.
  static func shifts(_ shifts: [RuleShift]) -> [String] {
    let told = shifts.prefix(4).map { shift in
      let (old, new) = shift.last
      switch shift.count {
      case 1: return "the former rule \(shift.old) is now \(shift.new)"
      case 2: return "the former rules \(shift.old) and \(old) are now \(shift.new) and \(new)"
      default: return "the former rules \(shift.old) to \(old) are now \(shift.new) to \(new)"
      }
    }
    let rest = shifts.dropFirst(told.count).reduce(0) { $0 + $1.count }
    return told + (rest > 0 ? ["\(counted(rest, "more rule")) with other numbers"] : [])
  }

  /// `a test named what is gone and no longer says which rule decides: 'telnet probe' (rule 2.1)`; `nil` without any.
  static func orphans(_ tests: [OrphanedTest]) -> String? {
    guard !tests.isEmpty else { return nil }
    let told = tests.prefix(4).map { "\($0.title) (\($0.rules.named))" }
    let rest = tests.count - told.count
    let which = (told + (rest > 0 ? ["\(counted(rest, "other"))"] : [])).joined(separator: ", ")
    return tests.count == 1
      ? "a test named what is gone and no longer says which rule decides: \(which)"
      : "tests named what is gone and no longer say which rule decides: \(which)"
  }
}
