internal import SentryCapture
public import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

// The interfaces of this host, and what the document says of them.

extension SentryDaemon {
  public func interfaces() async throws(DaemonError) -> InterfacesReply {
    let ruleSet = active.rules.ruleSet
    let known = (try? NetworkInterface.all()) ?? []
    let snapshots = try await ask { $0.interfaceSnapshots() }
    var names = snapshots.map(\.settings.name)
    names += known.map(\.name).filter { !names.contains($0) }
    names += ruleSet.interfaces.map(\.name).filter { !names.contains($0) }
    return InterfacesReply(
      time: WallClock.seconds(),
      interfaces: names.map { name in
        HostInterfaceReport(
          name, known.first { $0.name == name }, snapshots.first { $0.settings.name == name }, ruleSet)
      })
  }
}

extension HostInterfaceReport {
  fileprivate init(_ name: String, _ host: NetworkInterface?, _ watched: InterfaceSnapshot?, _ ruleSet: RuleSet) {
    let listed = ruleSet.interfaces.first { $0.name == name }
    let settings = watched?.settings ?? EngineInterface(name: name, isLoopback: host?.isLoopback ?? false, in: ruleSet)
    self.init(
      name: name, watched: watched != nil, filters: settings.isFiltered, external: settings.isExternal,
      bridge: listed?.isBridged ?? false, listed: listed != nil, isUp: host?.isUp ?? false,
      addresses: host?.addresses.map(\.description) ?? [], packets: watched?.statistics.received ?? 0,
      bytes: watched?.counts.bytes ?? 0, drops: watched?.statistics.droppedByRing ?? 0,
      packetsPerSecond: watched?.counts.packetsPerSecond ?? 0, problem: watched?.problem)
  }
}
