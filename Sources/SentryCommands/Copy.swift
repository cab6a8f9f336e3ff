internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// `sentry copy`: rules as text of their own.
struct Copy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print rules as text, to be pasted elsewhere.",
    usage: """
      sentry copy (<doc> | --running) <rule> ... \
      [--classic] [--rule-only] [--socket <path>]
      """,
    discussion: """
      The short form, comments included; --classic prints what the classic program understands. A rule below another that \
      is copied comes with it and is not repeated.

        sentry copy my.plist 2.3 > snippet.plist
        sentry copy my.plist 2.1-2.4 "ssh guard" --classic
        sentry copy --running 2.3 | sentry paste my.plist --after 1
      """)

  @Argument(help: ArgumentHelp("The document (not with --running), then rules: 2.3.1, 2.1-2.4, or a name."))
  var arguments: [String]

  @Flag(help: "Names and numbers as the classic program writes them.")
  var classic = false

  @Flag(help: "Each rule without those below it.")
  var ruleOnly = false

  @OptionGroup var running: RunningOption
  @OptionGroup var socket: SocketOption

  func run() async throws {
    var rules = arguments
    let subject = try running.subject(takingFrom: &rules)
    guard !rules.isEmpty else { throw ValidationError("name the rules to copy") }
    let (name, bytes) = try await source(subject)
    let copied = try EditSession.refusing {
      try CopiedRules(of: rules, from: bytes, fileName: name, isAlone: ruleOnly)
    }
    if classic {
      for unknown in copied.namesUnknownToClassic { Console.writeError(unknown.note) }
    }
    Console.write { copied.write(to: $0, isClassic: classic) }
  }

  private func source(_ subject: EditSubject) async throws -> (name: String, bytes: [UInt8]) {
    switch subject {
    case .file(let path): return (FileInput.displayName(path), try FileInput.read(path))
    case .running:
      let active: ActiveRulesReply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(ControlPath.rules)
      }
      return (active.document.name, Array(active.text.utf8))
    }
  }
}
