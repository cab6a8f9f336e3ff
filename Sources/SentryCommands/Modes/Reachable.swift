internal import ArgumentParser
internal import SentryControl
internal import SentryProcesses
internal import SentryRules

/// `sentry reachable`: what others can reach on this host.
struct Reachable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what others can reach on this host, and prove it.",
    discussion: """
      For each socket that listens, packets of strangers, and of nets that the rules name, are tried on the rules in force. As root, \
      the programs are named, too. 'sentry scan' asks another host to look for itself.

        sentry reachable
        sentry reachable --format json
      """)

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    var reply: ReachableReply = try await ControlClient.connected(to: socket.path) { client in
      try await client.get(ControlPath.reachable)
    }
    reply.nameProgramsSeenFromHere()
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let lines = Self.lines(of: reply, style: Style(isOn: Console.outputHasColour))
      Console.writeLine(lines.joined(separator: "\n"))
    }
  }

  /// A table, and the sentence below it.
  static func lines(of reply: ReachableReply, style: Style) -> [String] {
    guard !reply.sockets.isEmpty else { return ["nothing listens on this host", reply.sentence.visible] }
    var table = TextTable(
      ("port", .left), ("service", .left), ("bound to", .left), ("program", .left), ("from outside", .left))
    for socket in reply.sockets {
      table.add(
        "\(socket.port)/\(socket.transport)", socket.service?.visible ?? "-", socket.address,
        socket.program.map { String($0.visible.split(separator: "/").last ?? "-") } ?? "-",
        coloured(socket, style))
    }
    return table.lines(style: style) + ["", reply.sentence.visible]
  }

  private static func coloured(_ socket: ReachableSocketReport, _ style: Style) -> String {
    switch socket.reach {
    case .reachable: style.yellow(socket.text.visible)
    case .limited, .untried: socket.text.visible
    case .blocked, .local: style.green(socket.text.visible)
    }
  }
}

extension ReachableReply {
  /// The daemon may not be allowed to see them.
  fileprivate mutating func nameProgramsSeenFromHere() {
    let unknown = Set(sockets.filter { $0.program == nil }.map(\.inode))
    guard !unknown.isEmpty else { return }
    let programs = SocketPrograms.executables(ofSockets: unknown)
    for index in sockets.indices where sockets[index].program == nil {
      sockets[index].program = programs[sockets[index].inode]
    }
  }
}
