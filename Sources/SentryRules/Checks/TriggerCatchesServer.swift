internal import SentryDiagnostics
internal import SentryPacket

/// A Trigger that locks out what the host depends on: name servers and routers, by the packets they send as a matter of
/// course.
enum TriggerCatchesServerCheck: Check {
  static let page = FindingPage(
    .triggerCatchesServer, .warning, "a Trigger that catches a name server or the default router",
    meaning: """
      Only with --host. The answers of the name servers in /etc/resolv.conf, and what the next hop of the default route \
      sends of its own (ICMP errors, DHCP answers), would reach this Trigger: the first such packet locks out the server, \
      and with it names, or the way to everywhere. Port ranges for "port scans" that include the ports this host asks \
      from (32768-60999) are the usual cause. A running sentry protects both, and settings.protected does so everywhere: \
      then they are not locked out, but what they send to such ports is still deleted.
      """,
    example: .onHost(
      """
      ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
          { enabled = 1; propertyName = Protocol; propertyValue = "17 (UDP)"; children = (
            { enabled = 1; propertyName = "Dest port"; propertyValue = "1024-65535"; filterActionName = Trigger; }
          ); }
      ); } )
      """, .example),
    remedy: """
      Narrow the rule, or put one that passes answers before it: "Include == state" with the action Pass. Or name the server \
      in settings.protected.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    guard let host = document.host, !document.triggers.isEmpty else { return }
    let protected = AddressSpans(document.ruleSet.settings.protectedNetworks)
    for server in host.resolvers where server.isUnicast && !server.isLoopback && !protected.contains(server) {
      look(at: document, .dnsAnswer(from: server), "the name server \(server) when it answers", into: &findings)
    }
    for router in host.gateways where !protected.contains(router) {
      let what = "the default router \(router)"
      look(at: document, .icmpError(from: router), "\(what) when it reports an error", into: &findings)
      look(at: document, .dhcpAnswer(from: router), "\(what) when it gives out an address", into: &findings)
    }
  }

  private static func look(
    at document: CheckedDocument, _ packet: ArrivingPacket, _ what: String, into findings: inout Findings
  ) {
    _ = document.reach(with: packet.constraints) { index, reach in
      let rule = document.rules[index]
      guard rule.action.operation == .trigger, document.observation[index] == .none,
        case .packets(isCertain: true) = reach
      else { return }
      findings.add(.triggerCatchesServer(rule, what: what, at: document.place(of: index)))
    }
  }
}

extension HostFacts {
  /// One with a name server.
  fileprivate static var example: HostFacts {
    var host = HostFacts()
    host.resolvers = [IPAddress(v4: 0xC000_0235)]
    return host
  }
}

extension IPAddress {
  /// RFC 1122 §3.2.1.3; RFC 4291 §2.5.3.
  fileprivate var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }
}
