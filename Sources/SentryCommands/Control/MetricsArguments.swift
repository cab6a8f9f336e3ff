internal import ArgumentParser
internal import SentryService

/// Where `sentry run` has metrics besides the control socket.
struct MetricsArguments: ParsableArguments {
  @Option(
    name: .customLong("metrics"),
    help: ArgumentHelp(
      "Metrics for Prometheus at this address of the loopback interface: 127.0.0.1:9797 (default: on the control socket only).",
      valueName: "address:port"))
  var argument: String?

  @Flag(help: "Let --metrics be any address: whoever can reach it reads the metrics, without a password or encryption.")
  var metricsForOthers = false

  func validate() throws {
    guard let argument else {
      guard !metricsForOthers else { throw ValidationError("--metrics-for-others says something of --metrics: add it") }
      return
    }
    try PlaceArgument.check(argument, of: "--metrics", port: 9797, allowsRemote: metricsForOthers)
  }

  var place: ListenPlace? { argument.flatMap { try? ListenPlace($0, allowsRemote: metricsForOthers) } }
}
