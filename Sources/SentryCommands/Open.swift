internal import ArgumentParser
internal import Foundation
internal import SentryControl

/// `sentry open`: a link to the web pages of the running sentry.
struct Open: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a link that opens the web pages of the running sentry.",
    discussion: """
      The link works once, within five minutes, and logs one browser in as who asked for it. On a desktop a browser is started with \
      it. From elsewhere, bring the port over first: ssh -L 8787:127.0.0.1:8787 gate. docs/Dashboard.md says more.

        sentry open
        sentry open --print
      """)

  @Flag(name: .customLong("print"), help: "Print the link, and start no browser.")
  var printsOnly = false

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.post(ControlPath.links, body: Data(), as: LinkReply.self)
    }
    Console.writeLine(reply.url)
    if !printsOnly { DesktopBrowser.current?.open(reply.url) }
  }
}
