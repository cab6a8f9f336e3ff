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
}

struct ReachTrial: ~Copyable {
  struct Outcome: Equatable {
    /// Strangers get through.
    var isOpen: Bool
    /// The rule that keeps strangers out.
    var rule: String?
    /// Nets from which it is the other way round.
    var exceptions: [AddressRange] = []
  }

  private let ruleSet: RuleSet
  private let sources: SourceClasses
  private let now: Timestamp
  private var engine: Engine

  init(_ surroundings: ReachSurroundings) {
    ruleSet = surroundings.ruleSet
    sources = SourceClasses(
      ruleSet, entries: surroundings.entries.values.joined().map(\.range), local: surroundings.local)
    now = surroundings.now
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: RuleLabels()), interfaces: surroundings.interfaces,
      local: surroundings.local, eventCapacity: 0)
    engine.advance(to: now)
    for (kind, entries) in surroundings.entries { engine.restore(entries, to: kind, now: now) }
  }

  /// - Parameters:
  ///   - probe: makes the packet that an address sends.
  ///   - process: who would get it.
  mutating func outcome(
    at target: ReachTarget, process: LocalProcess?, _ probe: (_ source: IPAddress) -> [UInt8]
  ) -> Outcome {
    guard let place = target.place else { return Outcome(isOpen: true) }
    let stranger =
      target.address.isLinkLocal
      ? IPAddress(high: target.address.high, low: ~target.address.low)
      : sources.stranger(isIPv4: target.address.isIPv4)
    let judgement = judge(probe(stranger), at: place, process)
    var outcome = Outcome(isOpen: judgement.verdict.letsThrough)
    if !outcome.isOpen { outcome.rule = rule(of: judgement) }
    for net in sources.nets where net.range.first.isIPv4 == target.address.isIPv4 {
      let own = judge(probe(net.address), at: place, process)
      if own.verdict.letsThrough != outcome.isOpen { outcome.exceptions.append(net.range) }
    }
    return outcome
  }

  private mutating func judge(_ bytes: [UInt8], at place: Int, _ process: LocalProcess?) -> Judgement {
    bytes.withRawSpan { span in
      engine.explain(
        span, linkType: .raw, wireLength: span.byteCount, time: now, interface: place, process: process
      ).judgement
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
  private static let port: UInt16 = 40_000

  static func packet(_ protocolNumber: UInt8, from source: IPAddress, to address: IPAddress, port: UInt16) -> [UInt8] {
    let payload: [UInt8] =
      protocolNumber == IPProtocol.tcp
      ? TCPSegment(sourcePort: Self.port, destinationPort: port, flags: TCPFlag.syn).bytes(from: source, to: address)
      : UDPDatagram(sourcePort: Self.port, destinationPort: port, payload: [0]).bytes(from: source, to: address)
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

extension IPAddress {
  /// Holds on one link only: fe80::/10 (RFC 4291 §2.4).
  var isLinkLocal: Bool { !isIPv4 && high >> 54 == 0xFE80 >> 6 }
  /// 127.0.0.0/8 and ::1.
  var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }
}
