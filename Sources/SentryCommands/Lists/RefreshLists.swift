internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

extension Lists {
  /// `sentry lists refresh`
  struct Refresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look at the sources of lists now, whenever that would be due.",
      discussion: """
        Without names, of all lists that are enabled. The exit status is 1 if one of them has no usable list now.

          sentry lists refresh
          sentry lists refresh spamhaus
        """)

    @Argument(help: "Names of lists.")
    var name: [String] = []

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let body = try JSONEncoder().encode(RefreshListsRequest(names: name))
      let reply = try await ControlClient.connected(
        to: socket.path, patience: Int64(ControlLimit.refreshSeconds) + 10
      ) { client in
        try await client.post(ControlPath.followedLists, body: body, as: FollowedListsReply.self)
      }
      try FollowedListsText.print(reply, format)
      let failed = reply.lists.filter { list in
        list.enabled && (name.isEmpty || name.contains(list.name)) && (list.problem != nil || list.isUnderWay)
      }
      guard failed.isEmpty else {
        let names = failed.map(\.name.visible).joined(separator: ", ")
        throw CommandFailure(.findings, "not refreshed: \(names)")
      }
    }
  }
}
