// Ports are known of TCP and UDP alone: a rule for those of another protocol would be for no packet.

extension [Clause] {
  /// The protocol whose ports are asked for, but not known here; `nil` if there is none.
  var protocolOfUnknownPorts: String? {
    guard contains(where: { $0.alternatives.joined().contains(where: \.asksForPort) }) else { return nil }
    return lazy.filter { !$0.isNone }.flatMap(\.alternatives).joined().compactMap(\.protocolOfUnknownPorts).first
  }
}

extension PacketTest {
  fileprivate var asksForPort: Bool { property == .sourcePort || property == .destinationPort }

  fileprivate var protocolOfUnknownPorts: String? {
    guard property == .protocolNumber, !isNegated else { return nil }
    return ["33": "DCCP", "132": "SCTP", "136": "UDP-Lite"][value]
  }
}

extension ImportRefusal {
  /// - Throws: if the clauses ask for ports that are not known here.
  static func checkPorts(_ clauses: [Clause], at range: Range<Int>) throws(ImportRefusal) {
    guard let name = clauses.protocolOfUnknownPorts else { return }
    throw ImportRefusal("ports of \(name) have no counterpart here: only those of TCP and UDP are known", at: range)
  }
}
