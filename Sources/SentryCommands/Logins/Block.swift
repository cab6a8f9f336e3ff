internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryState

/// `sentry block`
struct Block: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put addresses among the triggered ones by hand.",
    discussion: """
      What that means say the rules: `Include == trigger` with `Delete` blocks, as in the default document. Who is protected or \
      allowed is not blocked.

        sentry block 203.0.113.9
        sentry block 198.51.100.0/24 2001:db8:66::/48 --for 7d
      """)

  @Argument(
    help: ArgumentHelp(
      "Addresses (192.0.2.7), nets (192.0.2.0/24) or ranges (192.0.2.10-20), IPv4 or IPv6.", valueName: "net"),
    transform: TableArgument.range)
  var nets: [AddressRange]

  @Option(
    name: .customLong("for"),
    help: "How long after their last packet: seconds, 10m, 1h, 2d or unlimited (default: the document's).",
    transform: TableArgument.duration)
  var duration: AddressDuration?

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let request = TableAddRequest(
      addresses: nets.map(\.description), duration: duration?.argument, note: "blocked by hand")
    let path = "\(ControlPath.tables)/\(AddressTableKind.trigger.name)"
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.post(path, body: try JSONEncoder().encode(request), as: TableAddReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let time = duration?.seconds.map { " for \(TimeText.duration(seconds: Int64($0)))" } ?? ""
      Console.writeLine("blocked\(time): \(nets.map(\.description).joined(separator: ", "))")
    }
  }
}
