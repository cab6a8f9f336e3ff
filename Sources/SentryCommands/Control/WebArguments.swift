internal import ArgumentParser
internal import SentryDashboard
internal import SentryService

/// Where `sentry run` shows web pages.
struct WebArguments: ParsableArguments {
  static let usualPort = 8787

  @Option(
    name: .customLong("web"),
    help: ArgumentHelp(
      "Web pages at this address of the loopback interface: 127.0.0.1:\(usualPort); 'sentry open' logs in (default: none).",
      valueName: "address:port"))
  var argument: String?

  @Flag(help: "Let --web be any address: who can reach it sees the login page, and nothing is encrypted on the way.")
  var webForOthers = false

  @Option(
    name: .customLong("web-origin"),
    help: ArgumentHelp(
      "How browsers call the pages where a proxy of this host encrypts them: https://gate.example (default: as --web says).",
      valueName: "https://host"))
  var originArgument: String?

  func validate() throws {
    guard let argument else {
      guard !webForOthers else { throw ValidationError("--web-for-others says something of --web: add it") }
      guard originArgument == nil else { throw ValidationError("--web-origin says something of --web: add it") }
      return
    }
    if let originArgument, origin == nil {
      throw ValidationError(
        "--web-origin '\(originArgument)': expected https and a host, without a path: https://gate.example")
    }
    try PlaceArgument.check(argument, of: "--web", port: Self.usualPort, allowsRemote: webForOthers)
  }

  var origin: WebOrigin? { originArgument.flatMap { WebOrigin($0) } }

  var place: ListenPlace? { argument.flatMap { try? ListenPlace($0, allowsRemote: webForOthers) } }
}
