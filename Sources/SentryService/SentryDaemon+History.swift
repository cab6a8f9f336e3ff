internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

// How much has come and gone: of the last hour what the packet thread remembers, of longer times what is on the disk.

/// Questions to the memory on disk that cannot be answered.
struct HistoryRefusal: Error {
  var message: String
}

extension SentryDaemon {
  func drawnHistory(_ frame: HistoryFrame) async throws -> HistoryReply {
    let now = WallClock.now()
    guard let scale = frame.scale, let path = await readablePath() else {
      let count = frame.scale == nil ? frame.span + 2 : Pulse.capacity
      let samples = try await ask { $0.pulse.samples(count) }
      let before = try await minutes(
        from: frame.start(now: now.seconds), before: samples.first?.second ?? now.seconds, frame)
      return HistoryReply(frame, before + HistoryPiece.all(between: samples), now: now.seconds)
    }
    let period = TrafficPeriod(
      since: Timestamp(seconds: frame.start(now: now.seconds), nanoseconds: 0), until: now.adding(seconds: 1))
    return try await readings.run {
      let reader = try StoreReader(path: path)
      let pieces = HistoryPiece.all(
        try reader.verdicts(scale, period), try reader.history(of: nil, scale, period), scale)
      return HistoryReply(frame, pieces, now: now.seconds)
    }
  }

  /// Of what is drawn from memory, what the database has of the time before this daemon's first second: whole minutes, each spread
  /// evenly over its steps.
  private func minutes(from start: Int64, before end: Int64, _ frame: HistoryFrame) async throws -> [HistoryPiece] {
    let minute = Int64(TrafficScale.minute.rawValue)
    guard frame.step < minute, start + minute <= end, let path = await readablePath() else { return [] }
    let period = TrafficPeriod(
      since: Timestamp(seconds: start, nanoseconds: 0), until: Timestamp(seconds: end - minute + 1, nanoseconds: 0))
    return try await readings.run {
      let reader = try StoreReader(path: path)
      return HistoryPiece.all(
        try reader.verdicts(.minute, period), try reader.history(of: nil, .minute, period), .minute
      ).flatMap { $0.spread(overSteps: Int64(frame.step)) }
    }
  }

  /// Who has moved most.
  ///
  /// - Parameter span: the seconds that the reply names.
  func traffic(
    by order: TrafficOrder, _ period: TrafficPeriod, span: Int, limit: Int
  ) async throws -> TrafficReply {
    if order == .matches { return try await matches(span: span, limit: limit) }
    guard memory.options.directory != nil else {
      throw HistoryRefusal(message: "this sentry keeps no history: start it with --state-directory")
    }
    _ = await flushMemory()
    guard let path = await readablePath() else {
      throw HistoryRefusal(message: "the history cannot be read now: \(await memory.report()?.problem ?? "no reason")")
    }
    let isUnmeasured = active.rules.measuredRules.isEmpty
    return try await readings.run {
      let scale = TrafficScale.finest(reachingBackTo: period.since.seconds, now: WallClock.now().seconds)
      let reader = try StoreReader(path: path)
      if order == .blocked {
        return try TrafficReply(span, reader.blockedSenders(period, limit: limit, among: Self.blockedEntries))
      }
      guard let dimension = TrafficDimension(order) else {
        var reply = TrafficReply(span, try reader.bandwidth(scale, period), limit: limit)
        if isUnmeasured { reply.note = "no rule in force is measured: those are whose names begin with an underscore" }
        return reply
      }
      let top = try reader.top(by: dimension, scale, period, limit: limit)
      return TrafficReply(span, order, top, try reader.endedConnections(by: dimension, period))
    }
  }

  /// Log entries that are looked at for senders who were blocked: a tenth of a second's work.
  fileprivate static let blockedEntries = 100_000

  /// The rules that have matched most; those that lead to others match whatever comes to these.
  private func matches(span: Int, limit: Int) async throws -> TrafficReply {
    let document = active
    let (generation, counters) = try await ask { ($0.engine.rules.generation, $0.engine.counters) }
    guard generation == document.rules.generation else { return TrafficReply(span: span, by: .matches, rows: []) }
    let rules = document.rules.ruleSet.rules
    let places = (0..<min(rules.count, counters.count))
      .filter { rules[$0].subtreeEnd == $0 + 1 && counters[$0].matchCount > 0 }
      .sorted { (counters[$0].matchCount, $1) > (counters[$1].matchCount, $0) }
    return TrafficReply(
      span: span, by: .matches,
      rows: places.prefix(limit).map { place in
        TrafficReply.Row(
          name: TrafficReply.Row.name(ofRule: rules[place].number, rules[place].name),
          packetsIn: counters[place].matchCount, packetsOut: 0,
          bytesIn: counters[place].byteCount, bytesOut: 0)
      })
  }

  /// The database, where there is one that can be read.
  func readablePath() async -> String? {
    guard let status = await memory.report(), status.problem == nil else { return nil }
    return status.path
  }
}

extension TrafficDimension {
  /// `nil` for what is not in the history of hosts and services.
  fileprivate init?(_ order: TrafficOrder) {
    switch order {
    case .service: self = .service
    case .host: self = .host
    case .application: self = .application
    case .interface: self = .interface
    case .rule, .blocked, .matches: return nil
    }
  }
}

extension TrafficReply {
  fileprivate init(_ span: Int, _ order: TrafficOrder, _ top: TrafficTop, _ ended: [TrafficKey: Int]) {
    let named = top.rows.reduce(0) { $0 + (ended[$1.key] ?? 0) }
    self.init(
      span: span, by: order,
      rows: top.rows.map { key, counts in
        var isOthers: Bool?
        if case .others = key { isOthers = true }
        let rest = ended.values.reduce(0, +) - named
        return Row(
          name: key.plainName ?? (isOthers == true ? "others" : "unknown"), packetsIn: counts.packetsIn,
          packetsOut: counts.packetsOut, bytesIn: counts.bytesIn, bytesOut: counts.bytesOut,
          connections: isOthers == true ? rest : ended[key] ?? 0, isOthers: isOthers)
      })
  }

  /// Of those who were blocked.
  fileprivate init(_ span: Int, _ blocked: (senders: [BlockedSender], isCutShort: Bool)) {
    self.init(
      span: span, by: .blocked,
      rows: blocked.senders.map { sender in
        Row(
          name: sender.address.description, packetsIn: sender.packets, packetsOut: 0, bytesIn: sender.bytes, bytesOut: 0
        )
      },
      note: blocked.isCutShort ? "of the latest \(SentryDaemon.blockedEntries) log entries" : nil)
  }

  /// Of rules; those of one number and name together.
  fileprivate init(_ span: Int, _ measured: [BandwidthSpan], limit: Int) {
    var rows: [String: Row] = [:]
    for span in measured {
      let name = Row.name(ofRule: span.number, span.name)
      var row = rows[name] ?? Row(name: name, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0)
      row.packetsIn &+= span.packets
      row.bytesIn &+= span.bytes
      rows[name] = row
    }
    let ordered = rows.values.sorted { ($0.bytesIn, $1.name) > ($1.bytesIn, $0.name) }
    self.init(span: span, by: .rule, rows: Array(ordered.prefix(limit)))
  }
}

extension TrafficReply.Row {
  fileprivate static func name(ofRule number: String, _ name: String) -> String {
    name.isEmpty ? number : "\(number) \(name)"
  }
}
