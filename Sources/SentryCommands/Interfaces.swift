internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// `sentry interfaces`: the host's interfaces, and what the document says of them.
struct Interfaces: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show this host's interfaces, what the rules in force say of them, and what was counted there.",
    discussion: """
      Packets, bytes and drops count from when sentry began to watch the interface.

        sentry interfaces
        sentry interfaces --format json
      """)

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let reply = try await ControlClient.connected(to: socket.path) { client in
      try await client.get(ControlPath.interfaces, as: InterfacesReply.self)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let lines = Self.lines(of: reply, style: Style(isOn: Console.outputHasColour))
      Console.writeLine(lines.joined(separator: "\n"))
    }
  }

  static func lines(of reply: InterfacesReply, style: Style) -> [String] {
    var table = TextTable([
      .init(title: "interface"), .init(title: "state"), .init(title: "rules"), .init(title: "side"),
      .init(title: "packets", alignment: .right), .init(title: "bytes", alignment: .right),
      .init(title: "dropped", alignment: .right), .init(title: "addresses"),
    ])
    for interface in reply.interfaces {
      let counts =
        interface.watched
        ? [grouped(interface.packets), ByteText.short(interface.bytes), grouped(interface.drops)] : ["-", "-", "-"]
      table.add(
        [
          shown(interface.name), state(of: interface), interface.filters ? "filters" : "none",
          (interface.external ? "external" : "internal") + (interface.bridge ? ", bridge" : ""),
        ] + counts + [interface.addresses.joined(separator: ", ")])
    }
    let problems = reply.interfaces.compactMap { interface in
      interface.problem.map { "\(shown(interface.name)) is not watched: \(shown($0))" }
    }
    return table.lines(style: style) + problems
  }

  private static func state(of interface: HostInterfaceReport) -> String {
    let isUp = interface.isUp ? "up" : "down"
    return interface.watched && interface.problem == nil ? "\(isUp), watched" : isUp
  }
}
