internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

// The document read again, because a signal asks for it. Nobody waits for an answer: what comes of it is in the log.

extension SentryDaemon {
  /// Puts the file's document in force if it has changed since it was last read and is fit for use; otherwise the rules in force stay.
  ///
  /// - Parameter isUsual: a later start reads the file by itself, unless somebody has put another document in force.
  func reload(_ file: inout ReloadedFile?, isUsual: Bool) async {
    await applications.lookAtFile()
    guard let wasRead = file?.wasRead, let path = file?.path.withoutControlCharacters, let look = await file?.look()
    else {
      return mention("reload: \(active.name) stays in force: there is no file to read it from")
    }
    switch look {
    case .unchanged:
      mention("reload: \(path) has not changed; \(reloadProblem ?? "\(active.name) stays in force")")
    // Without a document of his own, somebody is content with the built-in one.
    case .unreadable(let reason) where !wasRead:
      mention("reload: \(path): \(reason); \(active.name) stays in force")
    case .unreadable(let reason):
      note("reload: \(path): \(reason); \(active.name) stays in force")
    case .changed(let bytes):
      let submitted = SubmittedDocument(name: path, reading: bytes)
      var terms = ApplyTerms()
      let wasOneChosen = await wasOneChosen
      terms.isChosen = !isUsual || wasOneChosen
      if await reload(submitted, terms) { file?.settle(bytes) }
    }
  }

  private var wasOneChosen: Bool {
    get async { (try? await memory.pastDocuments())?.contains(where: \.isChosen) ?? false }
  }

  /// - Returns: false if it was not up to the document: then another time the answer may be another.
  private func reload(_ submitted: SubmittedDocument, _ terms: ApplyTerms) async -> Bool {
    do throws(DaemonError) {
      let reply = try await apply(submitted, on: terms)
      guard !reply.applied else { return true }
      for finding in submitted.diagnostics.rendered(in: submitted.document.source) { warn(finding) }
      note("\(submitted.name) was refused: \(submitted.diagnostics.summary); \(active.name) stays in force")
      return true
    } catch {
      note("\(submitted.name) was refused: \(error.reloadReason)")
      return false
    }
  }

  private func note(_ problem: String) {
    reloadProblem = problem
    tell(problem)
  }

  /// How things are, in a line for the service manager.
  func statusLine() -> String {
    let work = isDryRun ? "dry run" : intake.mode
    let rules = "\(active.name), \(counted(active.report.ruleCount, "rule"))\(trial == nil ? "" : ", on trial")"
    let line = "\(work) on \(interfaceNames.joined(separator: ", ")) by \(rules)"
    return reloadProblem.map { "\(line); \($0)" } ?? line
  }
}

extension DaemonError {
  fileprivate var reloadReason: String {
    switch self {
    case .refused(let refusal): refusal.message
    case .generationChanged: "somebody else has just changed the rules"
    default: "the daemon ends"
    }
  }
}
