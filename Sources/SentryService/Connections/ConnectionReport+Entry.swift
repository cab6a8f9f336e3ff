internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryState

extension ConnectionReport {
  init(_ flow: ConnectionEntry, bytesPerSecond: Double, application: String?, user: String?) {
    let isInbound = flow.firstDirection == .inbound
    let (inbound, outbound) = isInbound ? (flow.forward, flow.reverse) : (flow.reverse, flow.forward)
    self.init(
      protocol: ServiceNames.name(ofProtocol: flow.protocolNumber), local: flow.local.text(flow.protocolNumber),
      remote: flow.remote.text(flow.protocolNumber), direction: isInbound ? "in" : "out", state: flow.stateName,
      packetsIn: inbound.packets, packetsOut: outbound.packets, bytesIn: inbound.bytes, bytesOut: outbound.bytes,
      bytesPerSecond: bytesPerSecond.rounded(), firstTime: flow.firstTime.secondsSince1970,
      lastTime: flow.lastTime.secondsSince1970, application: application, user: user)
  }
}

extension ConnectionEntry {
  /// How far it has come, as far as flags tell.
  fileprivate var stateName: String {
    if tcp.contains(.closedByFirewall) { return "dropped" }
    guard protocolNumber == IPProtocol.tcp else { return reverse.packets > 0 ? "answered" : "new" }
    if tcp.contains(.reset) { return "reset" }
    if tcp.isClosed { return "closed" }
    if !tcp.isDisjoint(with: [.forwardFIN, .reverseFIN]) { return "closing" }
    return tcp.contains(.onlySYN) ? "opening" : "established"
  }
}
