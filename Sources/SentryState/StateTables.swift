public import SentryPacket

/// Everything the engine remembers between packets: one owner, one thread, changed in place.
///
/// Nothing here allocates once the tables exist, except for requests that say so. `now` is never before that of an earlier call,
/// but for `turnBack`.
public struct StateTables: ~Copyable {
  public private(set) var settings: StateSettings
  public var connections: ConnectionTable
  public var fragments: FragmentTable
  public var delays: DelayQueue
  /// Where verdicts are carried out; elsewhere it stays empty.
  public private(set) var rates: RateTable
  /// Only while the settings ask for it.
  public var sourceRates: SourceRateTable?
  /// Only while the settings ask for it.
  public var handshakes: HandshakeTable?
  public var triggerQuota: TriggerQuota
  /// Only while the settings ask for it.
  public var candidates: TriggerCandidates?
  /// Only while the settings ask for it.
  public var evidence: EvidenceTable?
  /// Only while the settings ask for it.
  public var helpers: HelperTables?

  /// In the order of the raw values of their kinds.
  private var addresses: InlineArray<4, AddressTable>

  public init(_ settings: StateSettings = StateSettings()) {
    self.settings = settings
    connections = ConnectionTable(capacity: settings.connectionCapacity)
    rates = RateTable(connections: settings.connectionCapacity)
    fragments = FragmentTable(capacity: settings.fragmentCapacity)
    delays = DelayQueue(capacity: settings.delayCapacity, nanoseconds: settings.delayNanoseconds)
    if settings.countsSources { sourceRates = SourceRateTable(settings) }
    if settings.keepsHandshakes { handshakes = HandshakeTable() }
    triggerQuota = TriggerQuota(limit: settings.triggersPerMinute)
    if settings.keepsCandidates { candidates = TriggerCandidates() }
    if settings.keepsEvidence { evidence = EvidenceTable() }
    if !settings.helpers.isEmpty { helpers = HelperTables(settings.helpers) }
    addresses = InlineArray { index in
      AddressTable(
        capacity: settings.addressCapacity,
        ipv6PrefixLength: index == Self.index(of: .trigger) ? settings.triggerIPv6PrefixLength : 128)
    }
  }

  private static func index(of kind: AddressTableKind) -> Int { Int(kind.rawValue) }

  // MARK: All tables

  /// Removes what has expired, some thousands of entries at most from each table in one call; those left do not match either.
  /// What is delayed stays with `delays`.
  public mutating func expire(now: Timestamp) {
    for index in addresses.indices { addresses[index].expire(now: now) }
    connections.expire(now: now)
    fragments.expire(now: now)
    sourceRates?.expire(now: now)
    handshakes?.expire(now: now)
    candidates?.expire(now: now)
    helpers?.expire(now: now)
  }

  /// The clock was set back to `now`: what happened later counts as having happened at `now`, and lives on from there. What is
  /// delayed is let go, and the rates of sources are counted anew. Takes time with the number of entries that are later.
  public mutating func turnBack(to now: Timestamp) {
    for index in addresses.indices { addresses[index].turnBack(to: now) }
    connections.turnBack(to: now)
    fragments.turnBack(to: now)
    // While the clock stood, a second was longer than one.
    sourceRates?.removeAll()
    handshakes?.turnBack(to: now)
    candidates?.turnBack(to: now)
    evidence?.turnBack(to: now)
    helpers?.turnBack(to: now)
    triggerQuota.turnBack(to: now)
    delays.releaseAll()
  }

  /// Forgets everything and lets go of what is delayed.
  public mutating func removeAll() {
    for index in addresses.indices { addresses[index].removeAll() }
    connections.removeAll()
    fragments.removeAll()
    sourceRates?.removeAll()
    handshakes?.removeAll()
    candidates?.removeAll()
    evidence?.removeAll()
    helpers?.removeAll()
    triggerQuota.reset()
    delays.releaseAll()
  }

  /// Changes the settings and keeps the entries; where a table gets smaller, its oldest make way. A table whose capacity changes
  /// is built anew, in time with the number of its entries; slots found before are no longer valid.
  public mutating func apply(_ new: StateSettings, now: Timestamp) {
    let old = settings
    settings = new
    if new.addressCapacity != old.addressCapacity {
      for index in addresses.indices { addresses[index].setCapacity(new.addressCapacity, now: now) }
    }
    if new.triggerIPv6PrefixLength != old.triggerIPv6PrefixLength {
      addresses[Self.index(of: .trigger)].setIPv6PrefixLength(new.triggerIPv6PrefixLength, now: now)
    }
    if new.connectionCapacity != old.connectionCapacity {
      connections.setCapacity(new.connectionCapacity, now: now)
      rates.forgetPlaces(connections: new.connectionCapacity)
    }
    if new.fragmentCapacity != old.fragmentCapacity {
      fragments.setCapacity(new.fragmentCapacity, now: now)
    }
    delays.set(capacity: new.delayCapacity, nanoseconds: new.delayNanoseconds)
    if !new.countsSources {
      sourceRates = nil
    } else if sourceRates == nil || new.hasOtherSources(than: old) {
      sourceRates = SourceRateTable(new)  // Counts anew: a second later nobody can tell.
    }
    if !new.keepsHandshakes {
      handshakes = nil
    } else if handshakes == nil {
      handshakes = HandshakeTable()
    }
    triggerQuota.limit = new.triggersPerMinute
    if !new.keepsCandidates {
      candidates = nil
    } else if candidates == nil {
      candidates = TriggerCandidates()
    }
    applyHelpers(new.helpers)
    // What was kept may be asked for still.
    if new.keepsEvidence, evidence == nil { evidence = EvidenceTable() }
  }
}

extension StateTables {
  fileprivate mutating func applyHelpers(_ ports: HelperPorts) {
    if ports.isEmpty {
      helpers = nil
    } else if helpers == nil {
      helpers = HelperTables(ports)
    } else {
      helpers?.listen(at: ports)
    }
  }
}

extension StateSettings {
  fileprivate func hasOtherSources(than other: StateSettings) -> Bool {
    addressCapacity != other.addressCapacity || triggerIPv6PrefixLength != other.triggerIPv6PrefixLength
  }
}

extension SourceRateTable {
  fileprivate init(_ settings: StateSettings) {
    self.init(capacity: settings.addressCapacity, ipv6PrefixLength: settings.triggerIPv6PrefixLength)
  }
}

// MARK: - What only some rules need

extension StateTables {
  /// How full the table of sources is; `nil` while nobody asks for their rates.
  public var sourceFill: (count: Int, capacity: Int, evictions: UInt64)? {
    switch sourceRates {
    case .some(let rates): (rates.count, rates.capacity, rates.evictions)
    case .none: nil
    }
  }

  /// Sources whose packets are counted; `nil` while nobody asks for their rates.
  public var countedSources: Int? {
    switch sourceRates {
    case .some(let rates): rates.count
    case .none: nil
    }
  }
}

extension StateTables {
  /// What the helpers are doing; `nil` while none is switched on.
  public func helperReport(now: Timestamp) -> HelperReport? {
    switch helpers {
    case .some(let helpers): helpers.report(now: now)
    case .none: nil
    }
  }

  /// A helper has heard of the flow that this packet begins. Changes nothing.
  @inline(__always)
  public func announces(_ packet: borrowing PacketFields, now: Timestamp) -> Bool {
    switch helpers {
    case .some(let helpers): helpers.announces(packet, now: now)
    case .none: false
    }
  }

  /// A helper must see all packets like this one.
  @inline(__always)
  public func listenIn(on packet: borrowing PacketFields) -> Bool {
    switch helpers {
    case .some(let helpers): helpers.listensIn(on: packet)
    case .none: false
    }
  }
}

// MARK: - Address tables by kind

extension StateTables {
  /// There is no entry, expired or not. Tables that rules ask for often have none: nothing has been triggered yet.
  public mutating func isEmpty(_ kind: AddressTableKind) -> Bool { addresses[Self.index(of: kind)].isEmpty }

  /// See `AddressTable.find`.
  public mutating func find(in kind: AddressTableKind, _ address: IPAddress, now: Timestamp) -> TableSlot? {
    addresses[Self.index(of: kind)].find(address, now: now)
  }

  /// See `AddressTable.hit`.
  public mutating func hit(_ slot: TableSlot, in kind: AddressTableKind, now: Timestamp) {
    addresses[Self.index(of: kind)].hit(slot, now: now)
  }

  /// See `AddressTable.keep`.
  @discardableResult
  public mutating func keep(
    _ address: IPAddress, in kind: AddressTableKind, now: Timestamp, duration: AddressDuration, triggeredBy: UInt32
  ) -> KeepOutcome {
    addresses[Self.index(of: kind)].keep(address, now: now, duration: duration, triggeredBy: triggeredBy)
  }

  /// See `AddressTable.keeps`.
  public mutating func keeps(_ address: IPAddress, in kind: AddressTableKind, now: Timestamp) -> Bool {
    addresses[Self.index(of: kind)].keeps(address, now: now)
  }

  /// See `AddressTable.matchCount`.
  public func matchCount(of slot: TableSlot, in kind: AddressTableKind) -> UInt64 {
    addresses[Self.index(of: kind)].matchCount(of: slot)
  }

  /// See `AddressTable.resetMatchCount`.
  public mutating func resetMatchCount(of slot: TableSlot, in kind: AddressTableKind) {
    addresses[Self.index(of: kind)].resetMatchCount(of: slot)
  }

  /// See `AddressTable.remove`.
  @discardableResult
  public mutating func remove(_ address: IPAddress, from kind: AddressTableKind) -> Bool {
    addresses[Self.index(of: kind)].remove(address)
  }

  /// See `AddressTable.add`.
  @discardableResult
  public mutating func add(
    _ additions: some Sequence<AddressAddition>, to kind: AddressTableKind, now: Timestamp
  ) -> Int {
    addresses[Self.index(of: kind)].add(additions, now: now)
  }

  /// See `AddressTable.remove`.
  @discardableResult
  public mutating func remove(_ range: AddressRange, from kind: AddressTableKind) -> Bool {
    addresses[Self.index(of: kind)].remove(range)
  }

  /// See `AddressTable.entry(exactly:now:)`.
  public func entry(exactly range: AddressRange, in kind: AddressTableKind, now: Timestamp) -> AddressEntry? {
    addresses[Self.index(of: kind)].entry(exactly: range, now: now)
  }

  /// See `AddressTable.removeEntry(exactly:)`.
  public mutating func removeEntry(exactly range: AddressRange, from kind: AddressTableKind) {
    addresses[Self.index(of: kind)].removeEntry(exactly: range)
  }

  /// See `AddressTable.removeEntries`.
  public mutating func removeEntries(within spans: AddressSpans, from kind: AddressTableKind) -> [AddressRange] {
    addresses[Self.index(of: kind)].removeEntries(within: spans)
  }

  public mutating func removeAll(from kind: AddressTableKind) { addresses[Self.index(of: kind)].removeAll() }

  /// See `AddressTable.count`.
  public func count(of kind: AddressTableKind) -> Int { addresses[Self.index(of: kind)].count }

  /// See `AddressTable.count(now:)`.
  public func count(of kind: AddressTableKind, now: Timestamp) -> Int {
    addresses[Self.index(of: kind)].count(now: now)
  }

  /// See `AddressTable.excess`.
  public func excess(of kind: AddressTableKind, over capacity: Int, now: Timestamp) -> Int {
    addresses[Self.index(of: kind)].excess(over: capacity, now: now)
  }

  /// See `AddressTable.entries`.
  public func entries(of kind: AddressTableKind, now: Timestamp) -> [AddressEntry] {
    addresses[Self.index(of: kind)].entries(now: now)
  }

  /// See `AddressTable.unsortedEntries`.
  public func unsortedEntries(of kind: AddressTableKind, now: Timestamp) -> [AddressEntry] {
    addresses[Self.index(of: kind)].unsortedEntries(now: now)
  }

  /// See `AddressTable.latestEntries`.
  public func latestEntries(of kind: AddressTableKind, _ limit: Int, now: Timestamp) -> [AddressEntry] {
    addresses[Self.index(of: kind)].latestEntries(limit, now: now)
  }

  /// See `AddressTable.entries(around:now:)`.
  public func entries(in kind: AddressTableKind, around address: IPAddress, now: Timestamp) -> EntriesAround {
    addresses[Self.index(of: kind)].entries(around: address, now: now)
  }

  /// See `AddressTable.makingWay`.
  public func makingWay(
    in kind: AddressTableKind, now: Timestamp, refreshing refreshed: AddressEntry?
  ) -> AddressEntry? {
    addresses[Self.index(of: kind)].makingWay(now: now, refreshing: refreshed)
  }

  /// See `AddressTable.rangeKept`.
  public func rangeKept(for source: IPAddress, in kind: AddressTableKind) -> AddressRange {
    addresses[Self.index(of: kind)].rangeKept(for: source)
  }

  /// See `AddressTable.additions`.
  public func additions(to kind: AddressTableKind) -> UInt64 { addresses[Self.index(of: kind)].additions }

  /// See `AddressTable.capacity`.
  public func capacity(of kind: AddressTableKind) -> Int { addresses[Self.index(of: kind)].capacity }

  /// See `AddressTable.evictions`.
  public func evictions(from kind: AddressTableKind) -> UInt64 { addresses[Self.index(of: kind)].evictions }
}

// MARK: - Saving and restoring

extension StateTables {
  /// See `AddressTable.layout`.
  public func layout(of kind: AddressTableKind) -> UInt32 { addresses[Self.index(of: kind)].layout }

  /// See `AddressTable.usedPlaces`.
  public func usedPlaces(of kind: AddressTableKind) -> Int { addresses[Self.index(of: kind)].usedPlaces }

  /// See `AddressTable.copyChanges`.
  public mutating func copyChanges(
    of kind: AddressTableKind, at window: Range<Int>, isEverything: Bool, into copies: inout [PlacedEntry]
  ) {
    addresses[Self.index(of: kind)].copyChanges(at: window, isEverything: isEverything, into: &copies)
  }

  /// See `AddressTable.restore`.
  public mutating func restore(_ entries: [AddressEntry], to kind: AddressTableKind, now: Timestamp) {
    addresses[Self.index(of: kind)].restore(entries, now: now)
  }

  /// See `AddressTable.restore`.
  public mutating func restore(_ saved: [PlacedEntry], to kind: AddressTableKind, now: Timestamp) {
    addresses[Self.index(of: kind)].restore(saved, now: now)
  }
}

// MARK: - Copies elsewhere

extension StateTables {
  /// See `AddressTable.recordChanges`.
  public mutating func recordChanges(of kind: AddressTableKind, capacity: Int) {
    addresses[Self.index(of: kind)].recordChanges(capacity: capacity)
  }

  /// See `AddressTable.stopRecordingChanges`.
  public mutating func stopRecordingChanges(of kind: AddressTableKind) {
    addresses[Self.index(of: kind)].stopRecordingChanges()
  }

  /// See `AddressTable.recordsChanges`.
  public func recordsChanges(of kind: AddressTableKind) -> Bool { addresses[Self.index(of: kind)].recordsChanges }

  /// See `AddressTable.hasChanges`.
  public func hasChanges(of kind: AddressTableKind) -> Bool { addresses[Self.index(of: kind)].hasChanges }

  /// See `AddressTable.rangeEntries`.
  public func rangeEntries(of kind: AddressTableKind, now: Timestamp) -> [AddressEntry] {
    addresses[Self.index(of: kind)].rangeEntries(now: now)
  }

  /// See `AddressTable.takeChanges`.
  public mutating func takeChanges(
    of kind: AddressTableKind, _ body: (_ changes: [AddressChange], _ isIncomplete: Bool, _ ranges: Bool) -> Void
  ) {
    addresses[Self.index(of: kind)].takeChanges(body)
  }

  /// See `AddressTable.credit`.
  @discardableResult
  public mutating func credit(
    _ range: AddressRange, in kind: AddressTableKind, hits: UInt64, at time: Timestamp
  ) -> Bool {
    addresses[Self.index(of: kind)].credit(range, hits: hits, at: time)
  }
}

// MARK: - Rates

extension StateTables {
  /// Puts other limits of rates in force.
  public mutating func setRateLimits(_ limits: [RateLimit]) { rates.setLimits(limits) }

  /// What becomes of a packet that passes otherwise, by the rates of the rules that its flow is bound to.
  ///
  /// - Parameters:
  ///   - slot: where the packet's flow was entered.
  ///   - direction: that of the packet.
  ///   - frame: what `packet` was decoded from.
  public mutating func pace(
    _ packet: borrowing PacketFields, of flow: FlowKey, at slot: TableSlot, going direction: Direction,
    in frame: RawSpan, now: Timestamp
  ) -> Pacing {
    // An error belongs to the flow that it quotes, and is none of its packets.
    guard !packet.isICMPError else { return .free }
    var rated = RatedPacket(
      direction: direction, isFromFirstEnd: flow.isFromFirstEnd, byteCount: Int64(packet.byteCount))
    if let numbers = TCPNumbers(of: packet, in: frame) {
      rated.numbers = numbers
      rated.byteCount = Int64(numbers.payloadCount)
      if numbers.hasSYN { rated.maximumSegment = SYNOptions(of: packet, in: frame).maximumSegment }
    }
    return rates.pace(rated, of: connections.rates(at: slot), now: now)
  }

  /// See `RateTable.tick`.
  public mutating func tickRates(now: Timestamp, release: (Int) -> Void, update: (Int, UInt16) -> Void) {
    rates.tick(now: now, in: connections, release: release, update: update)
  }

  /// See `RateTable.releaseAll`.
  public mutating func releaseRates(release: (Int) -> Void, update: (Int, UInt16) -> Void) {
    rates.releaseAll(release: release, update: update)
  }
}
