// What becomes of packets that strangers send to a socket: they are tried on an engine of their own, which knows the rules in force and
// what the tables have of nets, and no connection. Each is the first packet of a connection, or a datagram.

internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

/// An address of this host that others can send to, through one interface.
struct ReachTarget: Hashable, Sendable {
  var interface: String
  var address: IPAddress
  /// The place among the judged interfaces; `nil` where no rules are asked.
  var place: Int?
  /// The system's number of the interface; 0 where that is not known.
  var index: UInt32 = 0
}

struct ReachTrial: ~Copyable {
  struct Outcome: Equatable {
    /// Strangers get through.
    var isOpen: Bool
    /// The rule that keeps strangers out.
    var rule: String?
    /// Nets from which it is the other way round, and ports.
    var exceptions: [AddressRange] = []
    var ports: [UInt16] = []
  }

  private let ruleSet: RuleSet
  private let sources: SourceClasses
  private let entries: [AddressTableKind: [AddressEntry]]
  private let now: Timestamp
  private let patience: Duration
  private let deadline: ContinuousClock.Instant
  private let asksForCounts: Bool
  private var engine: Engine
  /// Not everything was tried: the rules name too many nets, or there was no time.
  private(set) var isIncomplete: Bool

  /// - Parameter patience: after that no more nets are tried, and after twice that nothing.
  init(_ surroundings: ReachSurroundings, patience: Duration) {
    deadline = .now + patience
    entries = surroundings.entries
    ruleSet = surroundings.ruleSet
    sources = SourceClasses(
      ruleSet, entries: surroundings.entries.values.joined().map(\.range), local: surroundings.local)
    now = surroundings.now
    isIncomplete = sources.isCut
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: RuleLabels()), interfaces: surroundings.interfaces,
      local: surroundings.local, eventCapacity: 0)
    engine.advance(to: now)
    for (kind, entries) in surroundings.entries { engine.restore(entries, to: kind, now: now) }
    asksForCounts = engine.asksForCounts
    self.patience = patience
  }

  /// - Parameters:
  ///   - probe: makes the packet that an address sends.
  ///   - process: who would get it.
  /// - Returns: `nil` if there was no time for it.
  mutating func outcome(
    at target: ReachTarget, process: LocalProcess?, _ probe: (_ source: IPAddress, _ port: UInt16) -> [UInt8]
  ) -> Outcome? {
    guard let place = target.place else { return Outcome(isOpen: true) }
    guard hasTime(beyond: patience) else { return nil }
    let stranger =
      target.address.isIPv6LinkLocal
      ? IPAddress(high: target.address.high, low: ~target.address.low)
      : sources.stranger(isIPv4: target.address.isIPv4)
    let judgement = judge(probe(stranger, ReachProbe.port), at: place, process)
    var outcome = Outcome(isOpen: judgement.verdict.letsThrough)
    if !outcome.isOpen { outcome.rule = rule(of: judgement) }
    for port in sources.ports where hasTime() {
      let own = judge(probe(stranger, port), at: place, process)
      if own.verdict.letsThrough != outcome.isOpen { outcome.ports.append(port) }
    }
    for net in sources.nets where net.range.first.isIPv4 == target.address.isIPv4 && hasTime() {
      let own = judge(probe(net.address, ReachProbe.port), at: place, process)
      if own.verdict.letsThrough != outcome.isOpen { outcome.exceptions.append(net.range) }
    }
    return outcome
  }

  private mutating func hasTime(beyond more: Duration = .zero) -> Bool {
    let isThere = ContinuousClock.now < deadline + more
    if !isThere { isIncomplete = true }
    return isThere
  }

  private mutating func judge(_ bytes: [UInt8], at place: Int, _ process: LocalProcess?) -> Judgement {
    let (entries, asksForCounts, now) = (entries, asksForCounts, now)
    let origin = PacketOrigin(interface: place, owner: engine.rules.program.owner(process))
    return bytes.withRawSpan { span in
      engine.tryOut(span, linkType: .raw, from: origin, at: now, keeping: entries, forgetting: asksForCounts)
    }
  }

  private func rule(of judgement: Judgement) -> String {
    guard let index = judgement.decider.rule.map({ Int($0) }), ruleSet.rules.indices.contains(index) else { return "0" }
    return ruleSet.rules[index].number
  }
}

/// What decides about strangers' packets, besides who gets them.
struct ReachSurroundings: Sendable {
  var ruleSet: RuleSet
  /// Those that are judged.
  var interfaces: [EngineInterface]
  var local: AddressSpans
  /// Entries of the tables that rules ask for by name, but not that of triggered addresses: those are no strangers.
  var entries: [AddressTableKind: [AddressEntry]]
  var now: Timestamp
  /// Where others can send to.
  var targets: [ReachTarget]
}

/// Packets as strangers send them.
enum ReachProbe {
  /// Where they come from, unless said.
  static let port: UInt16 = 40_000

  static func packet(
    _ protocolNumber: UInt8, from source: IPAddress, _ sourcePort: UInt16, to address: IPAddress, port: UInt16
  ) -> [UInt8] {
    let payload: [UInt8] =
      protocolNumber == IPProtocol.tcp
      ? TCPSegment(sourcePort: sourcePort, destinationPort: port, flags: TCPFlag.syn).bytes(from: source, to: address)
      : UDPDatagram(sourcePort: sourcePort, destinationPort: port, payload: [0]).bytes(from: source, to: address)
    return IPHeader(source: source, destination: address, protocolNumber: protocolNumber).packet(carrying: payload)
  }

  static func ping(from source: IPAddress, to address: IPAddress) -> [UInt8] {
    let message = ICMPMessage(
      type: address.isIPv4 ? 8 : 128, restOfHeader: ICMPMessage.echo(identifier: 7, sequence: 1))
    let number = address.isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6
    return IPHeader(source: source, destination: address, protocolNumber: number)
      .packet(carrying: message.bytes(from: source, to: address))
  }
}
