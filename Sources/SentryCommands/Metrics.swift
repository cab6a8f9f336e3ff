internal import ArgumentParser
internal import SentryControl

/// `sentry metrics`: what a running sentry measures.
struct Metrics: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what the running sentry measures, as Prometheus reads it.",
    discussion: """
      The text format of Prometheus, version 0.0.4. A Prometheus server fetches the same from the address that \
      `sentry run --metrics` names. docs/Metrics.md says what each means.

        sentry metrics
        sentry metrics --rules all | grep '^sentry_rule_packets_total'
        sentry metrics > /var/lib/node_exporter/textfile/sentry.prom
      """)

  @Option(
    help: ArgumentHelp(
      "Rules that have samples of their own, the first of the document: a number, or all (default: \(ControlLimit.ruleMetrics)).",
      valueName: "number"), transform: Self.limit)
  var rules: String?

  @OptionGroup var socket: SocketOption

  private static func limit(_ text: String) throws -> String {
    guard text == ControlPath.allRules || Int(text).map({ $0 >= 0 }) == true else {
      throw ValidationError("expected a number from 0, or all")
    }
    return text
  }

  func run() async throws {
    let text = try await ControlClient.connected(to: socket.path) { client in
      try await client.bytes(of: ControlPath.metrics, query: rules.map { [ControlPath.ruleLimit: $0] } ?? [:])
    }
    Console.write(text)
  }
}
