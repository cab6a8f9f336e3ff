internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryState

/// Gathers what the history of traffic, the log of connections and the measures of rules are to be told, until it is written.
///
/// Looks at the packet thread's tables every few seconds, whether the database can be written or not.
final class TrafficKeeper {
  private static let interval = Duration.seconds(5)
  private static let manyDepartures = 8_192
  /// So that no transaction takes long. Rows of the history are added in three places each.
  private static let connectionsPerBatch = 16_384
  private static let rowsPerBatch = 4_096

  private let pass = TrafficPass()
  private var tally = TrafficTally()
  private var meter = BandwidthMeter()
  private var verdicts = VerdictTally()
  private var connections = ConnectionBacklog()
  private var applications = ApplicationNames()
  private var nextLook = ContinuousClock.now
  private var missed: UInt64 = 0

  /// Ended connections that the log has no entry for.
  var lost: UInt64 { connections.lost }

  /// It is time to look, or so many connections have ended that there is soon no room for more.
  func isDue(_ packets: PacketThread, isolation: isolated (any Actor)? = #isolation) async -> Bool {
    if ContinuousClock.now >= nextLook { return true }
    let waiting = try? await packets.perform { $0.engine.tables.connections.departureCount }
    return waiting ?? 0 > Self.manyDepartures
  }

  // MARK: Looking

  /// Takes what is new, as far as there is a packet thread to ask.
  ///
  /// - Parameters:
  ///   - interfaces: their names, in the engine's order.
  ///   - isLast: what goes on is over, too, for nobody will look again.
  func look(
    _ packets: PacketThread, interfaces: [String], isLast: Bool = false, isolation: isolated (any Actor)? = #isolation
  ) async throws(PacketThreadStopped) {
    nextLook = ContinuousClock.now + Self.interval
    defer { tally.endLook() }
    try await pass.run(packets, knowing: applications.latest, isLast: isLast) { changes, additions in
      applications.add(additions)
      note(changes, interfaces)
    }
    try await measure(packets)
  }

  private func note(_ changes: [FlowProgress], _ interfaces: [String]) {
    var ended: [EndedConnection] = []
    for change in changes {
      let interface = interfaces.dropFirst(Int(change.flow.interface)).first
      let application = applications[change.application]
      tally.add(change, interface: interface ?? "", application: application)
      guard change.departure != nil else { continue }
      ended.append(EndedConnection(change, interface: interface, application: application))
    }
    connections.append(ended, now: WallClock.now())
  }

  private func measure(
    _ packets: PacketThread, isolation: isolated (any Actor)? = #isolation
  ) async throws(PacketThreadStopped) {
    let isMeasuring = meter.isMeasuring
    let sample = try await packets.perform { worker in
      (
        missed: worker.engine.tables.connections.missedDepartures, generation: worker.engine.rules.generation,
        counters: isMeasuring ? worker.engine.counters : [], totals: worker.engine.totals
      )
    }
    connections.miss(sample.missed &- missed)
    missed = sample.missed
    meter.measure(sample.counters, generation: sample.generation, seconds: WallClock.now().seconds)
    verdicts.note(sample.totals, seconds: WallClock.now().seconds)
  }

  // MARK: Rules

  /// Rules were put in force.
  ///
  /// - Parameters:
  ///   - old: what all rules before had counted when they were replaced, and their generation.
  ///   - counters: what the new ones begin with, in document order.
  func follow(
    _ rules: LoadedRules, counters: [RuleCounters], replaced old: (generation: UInt32, counters: [RuleCounters])?
  ) {
    if let old { meter.measure(old.counters, generation: old.generation, seconds: WallClock.now().seconds) }
    meter.follow(rules, counters: counters)
  }

  // MARK: Writing

  var hasMore: Bool { !connections.isEmpty || tally.hasRows || meter.hasRows || verdicts.hasRows }

  /// Adds what waits to a batch, the oldest first, as much as one transaction should have.
  func fill(_ batch: inout StoreBatch) {
    batch.traffic = Array(tally.rows.prefix(Self.rowsPerBatch))
    batch.bandwidth = Array(meter.rows.prefix(Self.rowsPerBatch))
    batch.verdicts = Array(verdicts.rows.prefix(Self.rowsPerBatch))
    batch.connections = connections.oldest(Self.connectionsPerBatch)
  }

  /// A batch is written. Nobody has looked since it was filled.
  func remove(_ batch: StoreBatch) {
    tally.remove(batch.traffic)
    meter.remove(batch.bandwidth)
    verdicts.remove(batch.verdicts)
    connections.removeOldest(batch.connections.count)
  }
}
