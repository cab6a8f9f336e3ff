internal import Foundation
internal import SentryCapture
internal import SentryNetfilter
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

/// Gathers what checks want to know of the machine we run on. What cannot be read is left out: a check without it says
/// less, not more.
enum ThisHost {
  static func facts() -> HostFacts {
    var facts = HostFacts()
    facts.addresses = ((try? NetworkInterface.all()) ?? []).flatMap(\.addresses)
    facts.now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    facts.resolvers = HostResolvers.current()
    facts.gateways = (try? DefaultGateways.current()) ?? []
    facts.sshConnection = ProcessInfo.processInfo.environment["SSH_CONNECTION"].flatMap { connection(in: $0) }
    return facts
  }

  /// `SSH_CONNECTION` of ssh(1): the client's address and port, the server's address and port.
  static func connection(in text: String) -> HostFacts.SSHConnection? {
    LocalFlow(sshConnection: text).map { flow in
      HostFacts.SSHConnection(peer: flow.remote, address: flow.local, port: flow.localPort)
    }
  }
}
