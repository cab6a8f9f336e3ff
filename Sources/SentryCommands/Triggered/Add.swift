internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryState

extension Triggered {
  /// `sentry triggered add`
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put addresses, nets or ranges into a table.",
      discussion: """
        An entry for exactly the same addresses is replaced. A rule never shortens the duration given here.

          sentry triggered add 203.0.113.9 --duration 1h --note "seen in the mail log"
          sentry triggered add --table authorize --duration unlimited 192.0.2.10-192.0.2.20 2001:db8::/48
        """)

    @Argument(
      help: ArgumentHelp(
        "Addresses (192.0.2.7), nets (192.0.2.0/24) or ranges (192.0.2.10-20), IPv4 or IPv6.", valueName: "address"),
      transform: TableArgument.range)
    var addresses: [AddressRange]

    @OptionGroup var table: TableOption

    @Option(
      help: "How long they stay after their last packet: seconds, 10m, 1h, 2d or unlimited (default: the document's).",
      transform: TableArgument.duration)
    var duration: AddressDuration?

    @Option(help: ArgumentHelp("Why, as the list shows it; 47 bytes are kept (default: by hand).", valueName: "text"))
    var note: String?

    @Flag(
      help: "Also addresses that are most likely a mistake: loopback, multicast, this host's own, or all there are.")
    var force = false

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let request = TableAddRequest(
        addresses: addresses.map(\.description), duration: duration?.argument, note: note, force: force ? true : nil)
      let reply = try await ControlClient.connected(to: socket.path) { client in
        let reply = try await client.post(
          table.path, body: try JSONEncoder().encode(request), as: TableAddReply.self)
        await client.warnIfNothingIsKept()
        return reply
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text: Console.writeLine(Self.text(of: reply))
      }
    }

    /// What was done, and a second line if it cost other entries their place.
    static func text(of reply: TableAddReply) -> String {
      var text = "table \(reply.table): \(grouped(reply.added)) added, \(grouped(reply.replaced)) replaced"
      if reply.evicted > 0 {
        let entries = counted(reply.evicted, "entry", plural: "entries")
        text += "\n  it was full: \(entries) made way (settings.addressCapacity)"
      }
      return text
    }
  }
}
