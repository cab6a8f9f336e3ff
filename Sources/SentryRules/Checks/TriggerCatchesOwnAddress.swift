internal import SentryDiagnostics
internal import SentryPacket

/// A Trigger that outbound packets reach: their source is this host.
enum TriggerCatchesOwnAddressCheck: Check {
  static let page = FindingPage(
    .triggerCatchesOwnAddress, .warning, "a Trigger that catches this host itself",
    meaning: """
      Trigger remembers the source address of a packet. Packets that this host sends have its own address as source, and \
      nothing keeps them from this rule: the first that matches puts the host into its own table, and a rule such as \
      "Include == trigger" then deletes all that it sends. (A running sentry protects the addresses of its machine: they \
      never enter the table, but what the rule catches is deleted all the same.) Known to be this host are settings.local \
      and, with --host, the addresses of the machine; what settings.protected names is left alone.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = "Dest port"; propertyValue = "23 (telnet)"; filterActionName = Trigger; } )
      """),
    remedy: "Put the rule below \"Direction == inbound\", or pass your own addresses before it.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    let own = document.ownAddresses
    let protected = AddressSpans(document.ruleSet.settings.protectedNetworks)
    let endangered = own.filter { !protected.covers($0) }
    guard own.isEmpty || !endangered.isEmpty else { return }
    for (index, packets) in document.triggers where packets.maySend(from: endangered) {
      guard !findings.isFull(for: .warning) else { return }
      findings.add(.triggerCatchesOwn(document.rules[index], at: document.place(of: index)))
    }
  }
}

extension CheckedDocument {
  fileprivate var ownAddresses: [AddressRange] {
    ruleSet.settings.localNetworks + (host?.addresses ?? []).map { AddressRange(prefix: $0, length: 128) }
  }
}

extension PacketSet {
  /// Outbound packets may be here, and if it matters where from, then from `own`.
  fileprivate func maySend(from own: [AddressRange]) -> Bool {
    guard mayMeet(Constraint(.direction, 1...1)) else { return false }
    return isOpen(.address(.source))
      || own.contains { mayMeet(Constraint(.address(.source), ValueSet($0.first.number...$0.last.number))) }
  }
}
