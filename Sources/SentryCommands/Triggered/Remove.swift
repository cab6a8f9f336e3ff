internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket

extension Triggered {
  /// `sentry triggered remove`
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take addresses, nets or ranges out of a table.",
      discussion: """
        Each removes the entry for exactly these addresses, as `list` shows it; an IPv6 address also removes the net of its \
        sender. The exit status is 1 if one had no entry.

          sentry triggered remove 203.0.113.9
          sentry triggered remove --table authorize 192.0.2.10-192.0.2.20
        """)

    @Argument(
      help: ArgumentHelp("Addresses, nets or ranges, as `list` shows them.", valueName: "address"),
      transform: TableArgument.range)
    var addresses: [AddressRange]

    @OptionGroup var table: TableOption

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let request = TableRemoveRequest(addresses: addresses.map(\.description))
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.delete(table.path, body: try JSONEncoder().encode(request), as: TableRemoveReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text: Console.writeLine(Removal.text(reply.table, removed: reply.removed.count, underWay: reply.underWay))
      }
      guard reply.missing.isEmpty else { throw CommandFailure(.findings, Self.complaint(reply)) }
    }

    static func complaint(_ reply: TableRemoveReply) -> String {
      "table \(reply.table) has no entry for \(reply.missing.joined(separator: ", "))"
    }
  }

  /// `sentry triggered clear`
  struct Clear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove all addresses from a table.",
      discussion: """
          sentry triggered clear --table invalid
        """)

    @OptionGroup var table: TableOption

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        let body = try JSONEncoder().encode(TableRemoveRequest.everything)
        return try await client.delete(table.path, body: body, as: TableClearReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text: Console.writeLine(Removal.text(reply.table, removed: reply.removed, underWay: reply.underWay))
      }
    }
  }
}

/// A removal for people.
enum Removal {
  static func text(_ table: String, removed: Int, underWay: Bool?) -> String {
    "table \(table): \(grouped(removed)) removed"
      + (underWay == true ? "; the kernel has not let go of all yet, and drops what they send until then" : "")
  }
}
