internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryRules

/// `sentry paste`: rules from standard input put into a document.
struct Paste: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put rules from standard input into a document.",
    discussion: """
      Any form will do: one rule or many, short or classic text, a whole document, XML, also out of an e-mail, where they \
      may be quoted with > and have typographic quotes. What was understood is said on standard error. Without a target \
      the rules go to the end.

        sentry paste my.plist --before 2 < Samples/ssh-guard.plist
        sentry copy other.plist 2.3 | sentry paste my.plist --into 2
        sentry copy other.plist 2.3 | sentry paste --running --after 1
      """)

  @Argument(help: ArgumentHelp("The document (not with --running).", valueName: "doc"))
  var arguments: [String] = []

  @OptionGroup var target: TargetOptions
  @OptionGroup var running: RunningOption
  @OptionGroup var options: EditOptions

  func run() async throws {
    var rest = arguments
    let subject = try running.subject(takingFrom: &rest)
    guard rest.isEmpty else { throw ValidationError("'\(rest[0])' is too much: rules come from standard input") }
    if case .file("-") = subject { throw ValidationError("the document cannot be -: rules come from standard input") }
    let bytes = try FileInput.read("-")
    let snippet = try EditSession.refusing { try Snippet(reading: bytes, fileName: "standard input") }
    for line in snippet.findings.rendered(in: snippet.source, usesColor: Console.errorHasColour) {
      Console.writeError(line)
    }
    try await EditSession(subject: subject, options: options).run { document in
      let result = try document.paste(snippet, target.target(in: document))
      return Edit(
        result: result, change: "\(Self.understanding(of: snippet)); inserted as \(result.inserted.listed)")
    }
  }

  /// `understood 2 rules (5 with those below), from quoted e-mail text`.
  static func understanding(of snippet: Snippet) -> String {
    let all = snippet.ruleCount > snippet.count ? " (\(snippet.ruleCount) with those below)" : ""
    return "understood \(counted(snippet.count, "rule"))\(all)" + snippet.remarks.map { ", " + $0 }.joined()
  }
}
