internal import ArgumentParser
internal import SentryControl

extension Lists {
  /// `sentry lists show`
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show each list's state: entries, age, last answer, next look.",
      discussion: """
          sentry lists
          sentry lists show --format json
        """)

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(ControlPath.followedLists, as: FollowedListsReply.self)
      }
      try FollowedListsText.print(reply, format)
    }
  }
}
