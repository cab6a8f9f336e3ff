// An engine among several, each of which judges the packets of some addresses: see `ShardRouter`.

public import SentryPacket
public import SentryState

/// What several engines would have to remember together.
public enum ShardBreach: Sendable, Equatable {
  /// A rule keeps an address, or a net, of this host: packets to whomever come from there.
  case keepsOwnAddress(IPAddress, AddressTableKind)
  /// A rule asks how many packets come from an address whose net this host belongs to.
  case asksOwnRate(IPAddress)
  /// So many new sources have entered table trigger, or wait for their second match, that those of all engines together may be too
  /// many.
  case manyTriggers
  /// A packet between two others, or an error, that one engine judges is of a flow that another has.
  case flow(from: IPAddress, to: IPAddress)
}

extension Engine {
  /// Notes from now on in `breach` what this engine cannot know by itself.
  ///
  /// - Parameter count: the engines there are, this one included.
  public mutating func becomeShard(among count: Int) {
    isShard = true
    shardCount = max(1, count)
    tables.connections.expectEarly()
  }

  /// Looks at a packet that another engine judges; its flow must not be one of this engine's. Changes nothing else.
  ///
  /// - Parameter time: the latest that was seen, by whichever engine.
  public mutating func look(at frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, interface: Int) {
    var fields = PacketFields()
    let kind = fields.decode(frame, linkType: linkType, wireLength: max(wireLength, frame.byteCount))
    guard kind != .notIP, breach == nil else { return }
    let direction = direction(of: fields, onInterface: interface)
    // The ports of a later fragment are known where its first one was judged, and its flow with them.
    var isOurs = fields.isLaterFragment || knows(FlowKey(fields, direction: direction), at: time)
    isOurs = isOurs || tables.announces(fields, now: time)
    if let quoted = fields.quotedPacket(in: frame) {
      isOurs = isOurs || knows(FlowKey(quoted: quoted, byErrorGoing: direction), at: time)
    }
    if isOurs { breach = .flow(from: fields.source, to: fields.destination) }
  }

  private func knows(_ flow: FlowKey, at time: Timestamp) -> Bool {
    tables.connections.peek(flow, now: time) != nil
  }

  /// A rule keeps the packet's source.
  @inline(never)
  mutating func noteKeeping(in table: AddressTableKind) {
    guard local.overlapsByFamily(tables.rangeKept(for: packet.source, in: table)) else { return }
    breach = breach ?? .keepsOwnAddress(packet.source, table)
  }

  /// A rule enters, or would enter, a new source into table trigger. The minutes of one engine for all may lie otherwise than those of
  /// this one, so that one of them has the entries of two here.
  @inline(never)
  mutating func noteTrigger() {
    let isAmple = tables.triggerQuota.limit.map { (tables.triggerQuota.entered + 1) * 2 * shardCount <= $0 } ?? true
    let candidates = tables.candidates?.count ?? 0
    guard !isAmple || candidates * shardCount > TriggerCandidates.capacity else { return }
    breach = breach ?? .manyTriggers
  }

  /// A rule asks how often the packet's source sends.
  @inline(never)
  mutating func noteAskingForRate() {
    // Rates are counted by the same nets as table trigger has.
    guard local.overlapsByFamily(tables.rangeKept(for: packet.source, in: .trigger)) else { return }
    breach = breach ?? .asksOwnRate(packet.source)
  }
}

/// The tables that may be full, when what comes in drives out what is there.
public enum LimitedTable: Int, CaseIterable, Sendable {
  case trigger, address, authorize, invalid, connections, fragments, sourceRates, handshakes, openings,
    controls, announcements
}

/// How full one of them is.
public struct TableLoad: Sendable, Equatable {
  public var count = 0
  /// New entries since the start.
  public var additions: UInt64 = 0

  public init() {}
}

extension StateTables {
  /// How full a table is; expired entries that are not removed yet count.
  public func load(of table: LimitedTable) -> TableLoad {
    switch table {
    case .trigger: load(of: AddressTableKind.trigger)
    case .address: load(of: AddressTableKind.address)
    case .authorize: load(of: AddressTableKind.authorize)
    case .invalid: load(of: AddressTableKind.invalid)
    case .connections: TableLoad(connections.count, connections.additions)
    case .fragments: TableLoad(fragments.count, fragments.additions)
    case .sourceRates:
      switch sourceRates {
      case .some(let rates): TableLoad(rates.count, rates.additions)
      case .none: TableLoad()
      }
    case .handshakes:
      switch handshakes {
      case .some(let handshakes): TableLoad(handshakes.count, handshakes.additions)
      case .none: TableLoad()
      }
    case .openings:
      switch helpers {
      case .some(let helpers): TableLoad(helpers.openings.count, helpers.openings.additions)
      case .none: TableLoad()
      }
    case .controls:
      switch helpers {
      case .some(let helpers): TableLoad(helpers.controls.count, helpers.controls.additions)
      case .none: TableLoad()
      }
    case .announcements:
      switch helpers {
      case .some(let helpers): TableLoad(helpers.announced.count, helpers.announced.additions)
      case .none: TableLoad()
      }
    }
  }

  private func load(of table: AddressTableKind) -> TableLoad { TableLoad(count(of: table), additions(to: table)) }

  /// Entries that a table holds at most.
  public func capacity(of table: LimitedTable) -> Int {
    switch table {
    case .trigger, .address, .authorize, .invalid, .sourceRates: settings.addressCapacity
    case .connections: connections.capacity
    case .fragments: fragments.capacity
    case .handshakes: HandshakeTable.capacity
    case .openings: HelperTables.openingCapacity
    case .controls: HelperTables.controlCapacity
    case .announcements: HelperTables.announcementCapacity
    }
  }
}

extension TableLoad {
  fileprivate init(_ count: Int, _ additions: UInt64) { (self.count, self.additions) = (count, additions) }
}
