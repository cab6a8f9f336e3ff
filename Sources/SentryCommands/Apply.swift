internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// `sentry apply`: other rules for a running daemon.
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a document in force in the running sentry.",
    discussion: """
      The rules change between two packets. All tables stay, and so do the counters of rules that did not change. A document \
      with errors, or whose own tests fail, is refused as a whole, and the rules in force stay as they are. So is one whose rules \
      would end the SSH connection that you apply it through, or keep you from making another. What changed is printed as \
      by sentry diff.

      With --confirm the document is in force on trial: unless 'sentry confirm' comes in time, the rules before return by \
      themselves, also when sentry ends meanwhile. docs/Apply.md tells more.

        sentry apply /etc/sentry/sentry.plist
        sentry apply --confirm 60 my.plist        then, if you can still get in: sentry confirm
        sentry apply --watch my.plist             again after each save, until Control-C
      """)

  @Argument(help: ArgumentHelp("The document; - reads standard input.", valueName: "doc"))
  var document: String

  // Unconditional: a negative number looks like an option, which nobody would mean here.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rules before return after so many seconds, 5 to 3600, unless 'sentry confirm' comes first.",
      valueName: "seconds"), transform: Self.trialSeconds)
  var confirm: Int?

  @Flag(help: "Also if the rules end your own SSH connection.")
  var force = false

  @Flag(help: "Apply the document again after each save. One that is refused is told, and the rules in force stay.")
  var watch = false

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func validate() throws {
    guard watch else { return }
    if document == "-" { throw ValidationError("--watch needs a file: standard input is not saved again") }
    if confirm != nil {
      throw ValidationError("--watch and --confirm exclude each other: while one is on trial, the next is refused")
    }
  }

  static func trialSeconds(_ text: String) throws -> Int {
    let range = ControlLimit.trialSeconds
    guard let seconds = Int(text), range.contains(seconds) else {
      throw ValidationError("expected a number of seconds from \(range.lowerBound) to \(range.upperBound)")
    }
    return seconds
  }

  func run() async throws {
    guard watch else { return try await apply(try FileInput.read(document, atMost: ControlLimit.requestBytes)) }
    // What is saved from now on is seen, also while this is applied.
    let file = WatchedFile(path: document)
    try await applyOrTell(try FileInput.read(document, atMost: ControlLimit.requestBytes), until: file)
    try await applyAfterEachSave(of: file)
  }

  private func apply(_ bytes: [UInt8]) async throws {
    let name = FileInput.displayName(document)
    let reply = try await ControlClient.connected(to: socket.path) { client in
      let reply = try await client.put(ControlPath.rules, query: query(name), body: Data(bytes), as: ApplyReply.self)
      if reply.applied { await client.warnIfNothingIsKept() }
      return reply
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text: report(reply, bytes)
    }
    if !reply.applied { throw CommandFailure(.unusableData, Self.refusal(of: reply, name)) }
  }

  private func query(_ name: String) -> [String: String] {
    var query = [ControlPath.documentName: name, ControlPath.difference: "1"]
    if let confirm { query[ControlPath.trialSeconds] = String(confirm) }
    if force { query[ControlPath.force] = "1" }
    return query
  }

  private func report(_ reply: ApplyReply, _ bytes: [UInt8]) {
    let findings = FindingsText.lines(
      reply.findings, of: FileInput.displayName(document), bytes, hasColour: Console.errorHasColour)
    for line in findings { Console.writeError(line) }
    LoginText.warn(about: reply)
    guard reply.applied else { return }
    if let difference = reply.difference {
      Console.write(DifferenceText.text(of: difference, style: Style(isOn: Console.outputHasColour)))
    }
    Console.writeLine(Self.summary(of: reply))
  }

  /// What was applied and what became of the old rules.
  ///
  /// - Parameter did: `applied`.
  static func summary(of reply: ApplyReply, did: String = "applied") -> String {
    let rules = counted(reply.document.ruleCount, "rule")
    var lines = ["\(did): \(rules) of \(reply.document.name), counters of \(grouped(reply.keptCounters)) kept"]
    if let difference = reply.difference { lines.append("difference: \(DifferenceText.counts(difference.counts))") }
    for excess in reply.makingWay ?? [] {
      let entries = counted(excess.entries, "entry", plural: "entries")
      lines.append("\(entries) of table \(excess.table) make way\(reply.trial == nil ? "" : ", once it is confirmed")")
    }
    if reply.programsUnasked == true {
      lines.append(
        "these rules do not ask what programs may do, as those before did: 'sentry applications on' has them ask")
    }
    if let replaced = reply.replaced {
      lines.append("judged by the old rules (\(replaced.document.title)): \(counted(replaced.judged, "packet"))")
    }
    if let trial = reply.trial {
      lines.append(
        "on trial: \(trial.before.name) returns in \(counted(trial.remaining, "second")), unless 'sentry confirm' comes "
          + "first")
    }
    return lines.joined(separator: "\n")
  }

  static func refusal(of reply: ApplyReply, _ name: String) -> String {
    let rest = "the rules in force stay as they are (\(reply.document.title))"
    if let lockout = reply.lockout {
      return """
        \(name) was refused: \(lockout.text); \(rest)
          --force insists; apply --confirm 60 puts it in force on trial
        """
    }
    if reply.hiddenLogin == true {
      return """
        \(name) was refused: \(LoginText.hidden); \(rest)
          apply --confirm 60 puts it in force on trial; --force insists
        """
    }
    let errors = reply.findings.filter { $0.severity == "error" }
    let onlyTests = errors.allSatisfy { $0.id == Diagnostic.ID.testFailed.rawValue }
    let count = counted(errors.count, onlyTests ? "test failure" : "error")
    return "\(name) was refused (\(count)); \(rest)"
  }
}

extension Apply {
  /// Never ends by itself. What is refused is told; what is only refused for now is tried again.
  private func applyAfterEachSave(of file: WatchedFile) async throws {
    var file = file
    Console.writeError("watching \(document): Control-C ends it")
    while true {
      let bytes = try await file.nextSave { Console.writeError("\(document): \($0)") }
      try await applyOrTell(bytes, until: file)
    }
  }

  /// While another document is on trial, or no daemon is there, that is told once, and waited for until the file is saved again.
  private func applyOrTell(_ bytes: [UInt8], until file: WatchedFile) async throws {
    var isTold = false
    while !file.wasSaved {
      do {
        return try await apply(bytes)
      } catch let failure as CommandFailure {
        if !isTold { Console.writeError("sentry: \(failure.message ?? "it was not applied")") }
        guard failure.passes else { return }
        isTold = true
      }
      try await Task.sleep(for: .seconds(1))
    }
  }
}
