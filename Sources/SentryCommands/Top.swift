internal import ArgumentParser
internal import Foundation
internal import SentryControl

/// `sentry top`: the live screen.
struct Top: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch verdicts, rules, triggered addresses and hosts, live.",
    discussion: """
      A screen that is new every second: how the daemon is doing and what was lost, packets per second by verdict over the last \
      minute, and three lists: the rules that match most, the addresses triggered last, the hosts that exchange most packets with \
      this one. '?' says what the keys do. With --once, one screen is printed after a second of watching, for scripts.

        sentry top
        sentry top --once | head -5
        NO_COLOR=1 sentry top
      """)

  @Flag(help: "Print one screen and end.")
  var once = false

  @OptionGroup var socket: SocketOption

  func run() async throws {
    try await ControlClient.connected(to: socket.path) { client in
      if once { return try await printOnce(client) }
      // Nothing is drawn if nobody answers.
      let first: TopReply = try await client.get(ControlPath.top)
      let session = try TopSession(client: client)
      try await session.run(first)
    }
  }

  private func printOnce(_ client: ControlClient) async throws {
    var model = TopModel()
    model.take(try await client.get(ControlPath.top))
    try await Task.sleep(for: .seconds(1))
    model.take(try await client.get(ControlPath.top))
    let size = Console.outputIsTerminal ? DrawnTerminal.size : Self.sizeElsewhere
    var screen = Screen(width: size.width, height: size.height, isPlain: TopSession.isPlain)
    TopView().draw(&model, on: &screen, isLive: false)
    Console.writeLine(screen.lines(Style(isOn: Console.outputHasColour)).joined(separator: "\n"))
  }

  /// What the environment says (`COLUMNS`, `LINES`), or 80 x 24.
  private static var sizeElsewhere: (width: Int, height: Int) {
    let environment = ProcessInfo.processInfo.environment
    func number(_ name: String, _ usual: Int) -> Int {
      environment[name].flatMap { Int($0) }.flatMap { (1...1_000).contains($0) ? $0 : nil } ?? usual
    }
    return (number("COLUMNS", 80), number("LINES", 24))
  }
}
