internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics

/// `sentry confirm`: what is on trial stays.
struct Confirm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep the document that was applied with --confirm.",
    discussion: """
      Who applied it over SSH says it in a new login: then he knows that one can be made. Through the connection that the document \
      came through it is refused, unless --force insists. The exit status is 1 if nothing waits to be confirmed.

        sentry apply --confirm 60 my.plist
        sentry confirm
      """)

  @Flag(help: "Also through the SSH connection that the document came through.")
  var force = false

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let request = try JSONEncoder().encode(ConfirmRequest(force: force ? true : nil))
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.post(ControlPath.confirm, body: request, as: ConfirmReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text: Console.writeLine(Self.text(of: reply))
    }
  }

  static func text(of reply: ConfirmReply) -> String {
    "confirmed: \(reply.document.name) stays in force (\(counted(reply.remaining, "second")) left)"
  }
}
