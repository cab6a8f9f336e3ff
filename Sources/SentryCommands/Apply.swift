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
      with errors, or whose own tests fail, is refused as a whole, and the rules in force stay as they are.

        sentry apply /etc/sentry/sentry.plist
      """)

  @Argument(help: ArgumentHelp("The document; - reads standard input.", valueName: "doc"))
  var document: String

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let bytes = try FileInput.read(document)
    let name = FileInput.displayName(document)
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.put(
        ControlPath.rules, query: [ControlPath.documentName: name], body: Data(bytes), as: ApplyReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text: report(reply, bytes)
    }
    if !reply.applied { throw CommandFailure(.unusableData, refusal(reply, name)) }
  }

  private func report(_ reply: ApplyReply, _ bytes: [UInt8]) {
    let findings = FindingsText.lines(
      reply.findings, of: FileInput.displayName(document), bytes, hasColour: Console.errorHasColour)
    for line in findings { Console.writeError(line) }
    if reply.applied { Console.writeLine(Self.summary(of: reply)) }
  }

  /// What was applied and what became of the old rules.
  static func summary(of reply: ApplyReply) -> String {
    let rules = counted(reply.document.ruleCount, "rule")
    let first = "applied: \(rules) of \(reply.document.name), counters of \(grouped(reply.keptCounters)) kept"
    guard let replaced = reply.replaced else { return first }
    return """
      \(first)
      judged by the old rules (\(replaced.document.title)): \(counted(replaced.judged, "packet"))
      """
  }

  private func refusal(_ reply: ApplyReply, _ name: String) -> String {
    let errors = reply.findings.filter { $0.severity == "error" }
    let onlyTests = errors.allSatisfy { $0.id == Diagnostic.ID.testFailed.rawValue }
    let count = counted(errors.count, onlyTests ? "test failure" : "error")
    return "\(name) was refused (\(count)); the rules in force stay as they are (\(reply.document.title))"
  }
}
