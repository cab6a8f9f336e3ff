internal import SentryDiagnostics
internal import SentryPacket

/// No new ssh connection could come in.
///
/// The first packet of such a connection, from anywhere, is tried on the rules: if all of them end it and none that
/// could pass it is on its way, nobody can log in any more. With the facts of a host that somebody is logged in to,
/// it is that very connection.
enum CutsOffSSHCheck: Check {
  static let page = FindingPage(
    .cutsOffSSH, .note, "no way in by ssh",
    meaning: """
      Every packet that asks for a new connection to port 22 from an external interface is deleted, rejected, dropped or \
      triggered, wherever it comes from. On a machine that you only reach by ssh, applying such a document locks you \
      out. With --host it is a warning, and about the connection that you are logged in by: its port, its peer. \
      Rules that may let some callers in (a net, a table) are taken to do so.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
          { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; filterActionName = Delete; }
      ); } )
      """),
    remedy: """
      Pass port 22 before the rule that ends it, at least from the addresses you log in from: see \
      Samples/ssh-allow-list.plist. If the machine is not to be reached by ssh, leave the note out with --allow cutsOffSSH.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    guard !document.ruleSet.settings.observe else { return }
    if let connection = document.host?.sshConnection {
      guard let end = end(of: ArrivingPacket.newConnection(connection).constraints, in: document) else { return }
      findings.add(.cutsOffSSH(document.rules[end], connection: connection, at: document.place(of: end)))
    } else {
      lookAtInterfaces(of: document, into: &findings)
    }
  }

  /// One finding will do: the first external interface that is closed.
  private static func lookAtInterfaces(of document: CheckedDocument, into findings: inout Findings) {
    let anywhere = ArrivingPacket.newConnection(to: 22).constraints
    let entries = document.ruleSet.interfaces
    let watched = entries.filter { $0.isFiltered && $0.isExternal }
    if entries.isEmpty, let end = end(of: anywhere, in: document) {
      findings.add(.cutsOffSSH(document.rules[end], interface: nil, at: document.place(of: end)))
    }
    for entry in watched.prefix(8) {
      let there = Constraint(.interface, document.reader.values(ofInterface: entry.name))
      guard let end = end(of: anywhere + [there], in: document) else { continue }
      return findings.add(.cutsOffSSH(document.rules[end], interface: entry.name, at: document.place(of: end)))
    }
  }

  /// The last rule that such packets meet, if all of them end and none may pass.
  private static func end(of packets: [Constraint], in document: CheckedDocument) -> Int? {
    var mayPass = false
    var lastEnd: Int?
    let end = document.reach(with: packets) { index, reach in
      guard case .packets = reach, document.rules[index].action.operation.isTerminating else { return }
      lastEnd = index
      switch document.rules[index].action.operation {
      case .pass, .delay, .routeTo: mayPass = true
      default: break
      }
    }
    return end == nil || mayPass ? nil : lastEnd
  }
}
