internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

/// `sentry rollback`: an earlier document once more.
struct Rollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go back to a document that was in force before.",
    discussion: """
      The ten documents that were put in force last are kept, edits of running rules among them; --list shows them. Going back twice \
      by one leads two documents back. A document on trial (apply --confirm) is given up. Without a state directory only the one \
      before is known.

        sentry rollback
        sentry rollback --list
        sentry rollback 3
      """)

  // Unconditional: a negative number looks like an option, which nobody would mean here.
  @Argument(help: ArgumentHelp("How many documents back (default: 1).", valueName: "steps"))
  var steps: Int?

  @Flag(help: "Show the documents there are to go back to.")
  var list = false

  @Flag(help: "Also if the rules end your own SSH connection.")
  var force = false

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func validate() throws {
    if list, steps != nil || force { throw ValidationError("--list only shows the documents: leave the rest out") }
    if let steps, steps < 1 { throw ValidationError("'\(steps)' is no number of steps back: 1 is the document before") }
  }

  func run() async throws {
    try await ControlClient.connected(to: socket.path) { client in
      if list { try await show(client) } else { try await goBack(client) }
    }
  }

  private func show(_ client: ControlClient) async throws {
    let reply: DocumentsReply = try await client.get(ControlPath.rollback)
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      for line in Self.lines(of: reply, style: Style(isOn: Console.outputHasColour)) { Console.writeLine(line) }
    }
  }

  private func goBack(_ client: ControlClient) async throws {
    let request = RollbackRequest(steps: steps ?? 1, force: force)
    let reply: ApplyReply = try await client.post(ControlPath.rollback, body: try JSONEncoder().encode(request))
    if reply.applied { await client.warnIfNothingIsKept() }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text: report(reply)
    }
    if !reply.applied { throw CommandFailure(.unusableData, Self.refusal(of: reply)) }
  }

  private func report(_ reply: ApplyReply) {
    LoginText.warn(about: reply)
    guard reply.applied else { return }
    if let difference = reply.difference {
      Console.write(DifferenceText.text(of: difference, style: Style(isOn: Console.outputHasColour)))
    }
    Console.writeLine(Apply.summary(of: reply, did: "in force again"))
  }

  static func refusal(of reply: ApplyReply) -> String {
    let reason = reply.lockout.map(\.text) ?? "it cannot be used"
    return "the earlier document was refused: \(reason); the rules in force stay as they are (--force insists)"
  }

  /// A table of the documents, the latest first.
  static func lines(of reply: DocumentsReply, style: Style, clock: LocalTime = LocalTime()) -> [String] {
    var table = TextTable(
      ("back", .right), ("put in force", .left), ("by", .left), ("rules", .right), ("would change", .left),
      ("document", .left))
    for document in reply.documents {
      table.add(
        "\(document.number)", clock.text(secondsSince1970: document.time), document.user.visible,
        document.ruleCount.map { grouped($0) } ?? "-", change(to: document),
        document.name.visible + (document.change.map { " (\($0.visible))" } ?? ""))
    }
    return table.lines(style: style)
  }

  private static func change(to document: PastDocumentReport) -> String {
    guard document.number > 0 else { return document.onTrial == true ? "in force, on trial" : "in force" }
    return document.difference.map { DifferenceText.counts($0) } ?? "cannot be read"
  }
}
