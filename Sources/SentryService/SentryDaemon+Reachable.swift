internal import SentryCapture
internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

// What others can reach on this host by the rules in force.

extension SentryDaemon {
  /// - Parameter patience: how long nets are tried.
  func reachable(within patience: Duration) async throws -> ReachableReply {
    let ruleSet = active.rules.ruleSet
    let kinds = Self.namedTables(of: ruleSet)
    let (isOn, found) = try await ask { worker in (worker.engine.isOn, kinds.map { ($0, worker.entries(of: $0)) }) }
    let entries = found.map { kind, entries in
      (kind, Array(entries.sorted { $0.lastTime < $1.lastTime }.suffix(Self.longestTable)))
    }
    let known = (try? NetworkInterface.all()) ?? []
    let loopbacks = Set(known.filter(\.isLoopback).map(\.name))
    let names = interfaceNames
    let interfaces = names.map { EngineInterface(name: $0, isLoopback: loopbacks.contains($0), in: ruleSet) }
    let surroundings = ReachSurroundings(
      ruleSet: ruleSet, interfaces: interfaces, local: LocalAddresses.networks(of: known, settings: ruleSet.settings),
      entries: Dictionary(uniqueKeysWithValues: entries), now: WallClock.now(),
      targets: Self.targets(among: known, interfaces))
    let isEnforced = intake.endsConnections
    return try await trials.run {
      ReachableReply(ListeningSocket.all(), surroundings, enforced: isEnforced, enabled: isOn, patience: patience)
    }
  }

  /// Entries that are looked at.
  private static let longestTable = 64

  /// The tables that rules ask for, without that of triggered addresses.
  private static func namedTables(of ruleSet: RuleSet) -> [AddressTableKind] {
    [.authorize, .address, .invalid].filter { kind in
      ruleSet.rules.contains { $0.property.name == "Include" && $0.value.contains(kind.name) }
    }
  }

  private static func targets(among known: [NetworkInterface], _ interfaces: [EngineInterface]) -> [ReachTarget] {
    known.filter { $0.isUp && !$0.isLoopback }.flatMap { interface in
      let place = interfaces.firstIndex { $0.name == interface.name && $0.isFiltered }
      let index = NetworkInterface.index(of: interface.name)
      return interface.addresses.map {
        ReachTarget(interface: interface.name, address: $0, place: place, index: index)
      }
    }
  }
}
