internal import ArgumentParser
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

  func validate() throws {
    guard let argument else {
      guard !webForOthers else { throw ValidationError("--web-for-others says something of --web: add it") }
      return
    }
    try PlaceArgument.check(argument, of: "--web", port: Self.usualPort, allowsRemote: webForOthers)
  }

  var place: ListenPlace? { argument.flatMap { try? ListenPlace($0, allowsRemote: webForOthers) } }
}
