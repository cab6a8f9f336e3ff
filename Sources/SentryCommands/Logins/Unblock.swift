internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryState

/// `sentry unblock`
struct Unblock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take addresses out of the triggered ones, and forget why they were there.",
    discussion: """
      Failed logins count anew, and the next block is as short as a first one. The exit status is 1 if one was not blocked.

        sentry unblock 203.0.113.9
        sentry unblock 2001:db8:66:1::9
      """)

  @Argument(
    help: ArgumentHelp("Addresses, nets or ranges, as `sentry triggered list` shows them.", valueName: "net"),
    transform: TableArgument.range)
  var nets: [AddressRange]

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let request = TableRemoveRequest(addresses: nets.map(\.description))
    let path = "\(ControlPath.tables)/\(AddressTableKind.trigger.name)"
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.delete(path, body: try JSONEncoder().encode(request), as: TableRemoveReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let rest = reply.underWay == true ? "; the kernel has still to let go of some" : ""
      if !reply.removed.isEmpty { Console.writeLine("unblocked: \(reply.removed.joined(separator: ", "))\(rest)") }
    }
    guard reply.missing.isEmpty else {
      throw CommandFailure(
        .findings, "not blocked: \(reply.missing.joined(separator: ", ")) (sentry triggered list shows who is)")
    }
  }
}
