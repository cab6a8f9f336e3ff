// Whether other rules would end the SSH connection that somebody asks for them through: four packets are tried on an engine made for
// that, before the rules are in force.
//
// The engine begins without rules and sees the connection being made, so that it is as established there as it is in reality. It
// knows what the address tables have of the peer, and what is protected. Then it gets the rules, as the running engine would.

internal import SentryCapture
internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

/// An SSH connection to this host, and what decides about its packets besides rules.
struct LoginRehearsal: Sendable {
  var origin: SSHOrigin
  /// Where its packets arrive: places among the interfaces.
  var places: [Int]
  var interfaceNames: [String]
  var loopbacks: Set<String> = []
  var local: AddressSpans
  var protected = AddressSpans()
  /// What the address tables have of the peer.
  var entries: [AddressTableKind: [AddressEntry]] = [:]
  var now: Timestamp
  /// What its program may do by the rules that are tried; `nil` where they do not ask.
  var permission: ApplicationPermission?
  /// Who takes new logins; `nil` where that is who has this connection.
  var listener: LocalProcess?

  /// The first packet that the rules would end; `nil` if they let all pass.
  ///
  /// - Parameter isEnforced: for the report.
  func lockout(by ruleSet: RuleSet, isEnforced: Bool) -> LockoutReport? {
    for place in places {
      guard let (packet, judgement) = firstEnded(by: ruleSet, at: place) else { continue }
      let rule = judgement.decider.rule.flatMap { place in
        ruleSet.rules.indices.contains(Int(place)) ? ruleSet.rules[Int(place)] : nil
      }
      var reason = ""
      if case .builtIn(let builtIn) = judgement.decider { reason = builtIn.name }
      return LockoutReport(
        peer: origin.flow.remote.description, port: Int(origin.flow.localPort), packet: packet.what,
        rule: rule?.number ?? "0", name: rule?.name ?? reason, verdict: judgement.verdict.name, enforced: isEnforced)
    }
    return nil
  }

  private func firstEnded(by ruleSet: RuleSet, at place: Int) -> (LoginPacket, Judgement)? {
    guard let nothing = RuleDocument(reading: "()").ruleSet else { return nil }
    let labels = RuleLabels()
    let rules = LoadedRules(ruleSet, generation: 2, labels: labels)
    var engine = Engine(
      rules: LoadedRules(nothing, labels: labels), interfaces: interfaces(of: nothing), local: local, eventCapacity: 0)
    engine.advance(to: now)
    for packet in LoginPacket.opening(origin.flow) { _ = judge(packet, by: &engine, at: place, PacketOwner()) }
    _ = engine.install(
      rules, pairing: .none, interfaces: interfaces(of: ruleSet))
    engine.setProtectedHosts(protected)
    for (kind, entries) in entries { engine.restore(entries, to: kind, now: now) }
    let owner = rules.program.owner(
      LocalProcess(executable: origin.executable, user: origin.user, permission: permission))
    let listener = listener.map { rules.program.owner($0) } ?? owner
    for packet in LoginPacket.tried(origin.flow) {
      let judgement = judge(packet, by: &engine, at: place, packet.isNew ? listener : owner)
      if !judgement.verdict.letsThrough { return (packet, judgement) }
    }
    return nil
  }

  private func interfaces(of ruleSet: RuleSet) -> [EngineInterface] {
    interfaceNames.map { EngineInterface(name: $0, isLoopback: loopbacks.contains($0), in: ruleSet) }
  }

  private func judge(
    _ packet: LoginPacket, by engine: inout Engine, at place: Int, _ owner: PacketOwner
  ) -> Judgement {
    let bytes = packet.bytes
    return bytes.withRawSpan { span in
      engine.judge(
        span, linkType: .raw, wireLength: span.byteCount, time: now,
        from: PacketOrigin(interface: place, direction: packet.direction, owner: owner))
    }
  }
}

extension LoginRehearsal {
  /// Where packets of a connection arrive, by places among the judged interfaces: where its local address is, or on the loopback
  /// interface if both ends are here. An address that no interface has may be reached through any.
  static func places(of flow: LocalFlow, among names: [String], known: [NetworkInterface]) -> [Int] {
    let isWithin = known.contains { $0.addresses.contains(flow.remote) }
    let holders = known.filter { isWithin ? $0.isLoopback : !$0.isLoopback && $0.addresses.contains(flow.local) }
    guard !holders.isEmpty else { return Array(names.indices) }
    return names.indices.filter { place in holders.contains { $0.name == names[place] } }
  }
}

/// A packet of an SSH connection.
private struct LoginPacket {
  var direction: Direction
  var bytes: [UInt8]
  /// For people, before `the SSH connection`.
  var what: String
  /// It belongs to another login.
  var isNew: Bool

  init(
    _ direction: Direction, _ flow: LocalFlow, flags: UInt8, sequence: UInt32, acknowledgement: UInt32 = 0,
    payload: [UInt8] = [], what: String = "", isNew: Bool = false
  ) {
    let isInbound = direction == .inbound
    let (source, destination) = isInbound ? (flow.remote, flow.local) : (flow.local, flow.remote)
    var segment = TCPSegment(
      sourcePort: isInbound ? flow.remotePort : flow.localPort,
      destinationPort: isInbound ? flow.localPort : flow.remotePort, flags: flags)
    (segment.sequence, segment.acknowledgement, segment.payload) = (sequence, acknowledgement, payload)
    bytes = IPHeader(source: source, destination: destination, protocolNumber: IPProtocol.tcp)
      .packet(carrying: segment.bytes(from: source, to: destination))
    self.direction = direction
    self.what = what
    self.isNew = isNew
  }

  /// What makes a connection.
  static func opening(_ flow: LocalFlow) -> [LoginPacket] {
    [
      LoginPacket(.inbound, flow, flags: TCPFlag.syn, sequence: 1),
      LoginPacket(.outbound, flow, flags: TCPFlag.syn | TCPFlag.ack, sequence: 1, acknowledgement: 2),
      LoginPacket(.inbound, flow, flags: TCPFlag.ack, sequence: 2, acknowledgement: 2),
    ]
  }

  /// What must pass: the connection goes on, and another can be made from the same address.
  static func tried(_ flow: LocalFlow) -> [LoginPacket] {
    var other = flow
    other.remotePort = flow.remotePort == .max ? 40_000 : flow.remotePort + 1
    let data = TCPFlag.ack | TCPFlag.psh
    let end = 2 + UInt32(encrypted.count)
    return [
      LoginPacket(
        .inbound, flow, flags: data, sequence: 2, acknowledgement: 2, payload: encrypted, what: "a packet of"),
      LoginPacket(
        .outbound, flow, flags: data, sequence: 2, acknowledgement: end, payload: encrypted, what: "an answer on"),
      LoginPacket(.inbound, other, flags: TCPFlag.syn, sequence: 1, what: "a new connection like", isNew: true),
      LoginPacket(
        .outbound, other, flags: TCPFlag.syn | TCPFlag.ack, sequence: 1, acknowledgement: 2,
        what: "the answer to a new connection like", isNew: true),
    ]
  }

  /// Stands for any payload.
  private static let encrypted = [UInt8](repeating: 0xA5, count: 36)
}
