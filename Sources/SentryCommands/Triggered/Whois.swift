internal import ArgumentParser
internal import SentryPacket

extension Triggered {
  /// `sentry triggered whois`
  struct Whois: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the registries whose an address is.",
      discussion: """
        Asks \(WhoisClient.root), then whom that names. The servers learn which address you ask about, and from where; sentry \
        asks nobody by itself.

          sentry triggered whois 203.0.113.9
          sentry triggered whois 203.0.113.9 --server whois.ripe.net
        """)

    @Argument(
      help: ArgumentHelp("An address, a net or a range: its first address is asked about.", valueName: "address"),
      transform: TableArgument.range)
    var address: AddressRange

    @Option(
      help: ArgumentHelp("Ask this server first.", valueName: "host[:port]"),
      transform: Self.server)
    var server = WhoisClient.Server(WhoisClient.root)

    @Option(help: "How to report.")
    var format = ReportFormat.text

    func run() async throws {
      guard let server else { return }
      let answer = try await WhoisClient.ask(server, about: address.first)
      switch format {
      case .json: Console.writeLine(try jsonText(answer))
      case .text: Console.writeLine((["% From \(answer.server)"] + answer.lines).joined(separator: "\n"))
      }
    }

    private static func server(_ text: String) throws -> WhoisClient.Server? {
      guard let server = WhoisClient.Server(text) else {
        throw ValidationError(
          "'\(text)' is no server; expected a host name or address, with :43 or a port from 1024 on")
      }
      return server
    }
  }
}
