internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryRules

/// `sentry scan`: this machine's ports, looked at from elsewhere.
struct Scan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Have another host of yours look at this one's ports, and hold that against the rules.",
    discussion: """
      The addresses must be this host's own. Without --ports those that something listens on are looked at, and those of the known \
      services. The other end needs nc and ip; --from asks it by ssh, without a password. The exit status is 1 if what is found \
      is not what the rules say. A rule that triggers will remember who was asked to look.

        sentry scan 192.0.2.10 --from friend@192.0.2.66
        sentry scan 192.0.2.10 2001:db8::10 --from friend@192.0.2.66 --ports 1-1000,53/udp
        sudo sentry scan 10.77.0.1 --from-namespace outside
      """)

  @Argument(help: "Addresses of this host.")
  var address: [String]

  @Option(help: ArgumentHelp("Look from this host, as ssh takes it: friend@192.0.2.66.", valueName: "host"))
  var from: String?

  @Option(help: ArgumentHelp("Look from this network namespace (as root).", valueName: "name"))
  var fromNamespace: String?

  @Option(help: ArgumentHelp("22, 8000-8010, 53/udp, with commas between them; at most 1024.", valueName: "ports"))
  var ports: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Wait so long for each answer, 1 to 30.", valueName: "seconds"))
  var patience = 2

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func validate() throws {
    guard (from == nil) != (fromNamespace == nil) else {
      throw ValidationError("say where to look from: --from HOST or --from-namespace NAME")
    }
    guard (1...30).contains(patience) else { throw ValidationError("expected a patience of 1 to 30 seconds") }
    for text in address where IPAddress(text) == nil { throw ValidationError("'\(text)' is no address") }
    for name in [from, fromNamespace].compactMap(\.self) where name.hasPrefix("-") || name.isEmpty {
      throw ValidationError("'\(name)' is no name")
    }
    if let fromNamespace, fromNamespace.contains("/") {
      throw ValidationError("'\(fromNamespace)' is no name of a network namespace, as 'ip netns' lists them")
    }
    for text in address where IPAddress(text)?.isLoopback == true {
      throw ValidationError("'\(text)' is every host's own, so others would look at themselves: name another address")
    }
    for text in address where IPAddress(text)?.isIPv6LinkLocal == true {
      throw ValidationError("'\(text)' means something on one link only: name another address of this host")
    }
  }

  func run() async throws {
    let chosen = try ports.map { text throws(CommandFailure) in try ScanPorts(reading: text) }
    let place = fromNamespace.map(ScanProbe.Place.namespace) ?? .host(from ?? "")
    let probe = ScanProbe(place: place, patience: patience)
    let reports = try await ControlClient.connected(to: socket.path) { client in
      let reachable: ReachableReply = try await client.get(ControlPath.reachable)
      let interfaces: InterfacesReply = try await client.get(ControlPath.interfaces)
      var reports: [ScanReport] = []
      for address in address.compactMap({ IPAddress($0) }) {
        let target = try ScanTarget(address, among: interfaces, reachable)
        reports.append(try await target.scanned(by: probe, chosen, client))
      }
      return reports
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reports))
    case .text:
      let style = Style(isOn: Console.outputHasColour)
      Console.writeLine(reports.map { $0.lines(style: style).joined(separator: "\n") }.joined(separator: "\n\n"))
    }
    if reports.contains(where: { $0.differences > 0 }) { throw CommandFailure(.findings) }
  }
}
