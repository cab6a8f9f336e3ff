internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryState

/// `sentry allow`
struct Allow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let nobody block these addresses: no rule, no list, no failed login.",
    discussion: """
      They enter table authorize, which rules ask by `Include == authorize`, leave table trigger, and come there no more. \
      What rules say of their packets otherwise still holds. --remove ends it.

        sentry allow 192.168.1.0/24
        sentry allow 203.0.113.9 --for 1d
        sentry allow --remove 192.168.1.0/24
      """)

  @Argument(
    help: ArgumentHelp(
      "Addresses (192.0.2.7), nets (192.0.2.0/24) or ranges (192.0.2.10-20), IPv4 or IPv6.", valueName: "net"),
    transform: TableArgument.range)
  var nets: [AddressRange]

  @Option(
    name: .customLong("for"), help: "For how long: seconds, 10m, 1h, 2d or unlimited (default: unlimited).",
    transform: TableArgument.duration)
  var duration: AddressDuration?

  @Flag(help: "They are allowed no more.")
  var remove = false

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  private static let path = "\(ControlPath.tables)/\(AddressTableKind.authorize.name)"

  func validate() throws {
    if remove, duration != nil { throw ValidationError("--remove and --for exclude each other") }
  }

  func run() async throws {
    if remove { return try await disallow() }
    let request = TableAddRequest(
      addresses: nets.map(\.description), duration: (duration ?? .unlimited).argument, note: "allowed by hand")
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.post(Self.path, body: try JSONEncoder().encode(request), as: TableAddReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let time = (duration ?? .unlimited).seconds.map { " for \(TimeText.duration(seconds: Int64($0)))" } ?? ""
      Console.writeLine("allowed\(time): \(nets.map(\.description).joined(separator: ", "))")
    }
  }

  private func disallow() async throws {
    let request = TableRemoveRequest(addresses: nets.map(\.description))
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.delete(Self.path, body: try JSONEncoder().encode(request), as: TableRemoveReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      if !reply.removed.isEmpty { Console.writeLine("not allowed any more: \(reply.removed.joined(separator: ", "))") }
    }
    guard reply.missing.isEmpty else {
      throw CommandFailure(
        .findings,
        "not allowed before: \(reply.missing.joined(separator: ", ")) (sentry triggered list --table authorize)")
    }
  }
}
