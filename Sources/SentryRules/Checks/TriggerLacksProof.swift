internal import SentryDiagnostics
internal import SentryPacket

/// A Trigger that nothing comes to but the first packets of connections, where a source must have completed the handshake.
enum TriggerLacksProofCheck: Check {
  static let page = FindingPage(
    .triggerLacksProof, .warning, "a Trigger whose packets prove nothing",
    meaning: """
      settings.triggerProof = handshake triggers a TCP source only when it has shown that it receives our answers: when it has \
      acknowledged the SYN-ACK that was sent to it. The only packets that come to this Trigger are those that ask for a \
      connection, which come before that. They are deleted, but nobody is ever triggered here.
      """,
    example: .text(
      """
      { rules = ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
          { enabled = 1; propertyName = "Dest port"; propertyValue = "23 (telnet)"; children = (
            { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; filterActionName = Trigger; }
          ); }
        ); } ); settings = { triggerProof = handshake; }; }
      """),
    remedy: """
      Ask for triggerProof = repeated, which takes two such packets; or let a trap answer, and trigger who talks to it: a \
      Trigger for packets with the ACK flag.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    guard document.ruleSet.settings.triggerProof == .handshake else { return }
    for (index, packets) in document.triggers where packets.surelyMeets(.hasSYN) && packets.surelyMeets(.hasNoACK) {
      guard !findings.isFull(for: .warning) else { return }
      findings.add(.triggerLacksProof(document.rules[index], at: document.place(of: index)))
    }
  }
}

extension Constraint {
  fileprivate static var hasSYN: Constraint { flag(TCPFlag.syn, is: 1) }
  fileprivate static var hasNoACK: Constraint { flag(TCPFlag.ack, is: 0) }

  private static func flag(_ flag: UInt8, is value: UInt128) -> Constraint {
    Constraint(.flag(UInt8(flag.trailingZeroBitCount)), ValueSet(value))
  }
}
