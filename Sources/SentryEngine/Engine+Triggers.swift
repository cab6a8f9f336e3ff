// What it takes for a packet's source to enter table trigger.
//
// 1. An entry would stand for nobody who is protected (`Engine+Protection.swift`).
// 2. A source that is in the table already is refreshed. What follows is asked of new ones only.
// 3. The packet is shown to come from where it says, as `settings.triggerProof` asks.
// 4. The minute has room for one more (`TriggerQuota`).
//
// Whatever is missing: the packet is deleted and logged as the rule says.

public import SentryPacket
internal import SentryRules
public import SentryState

extension Engine {
  /// Enters the packet's source into table trigger, unless something speaks against it.
  mutating func trigger(_ rule: Int32, _ frame: RawSpan) {
    guard walk.hasPacket, packet.has(.addresses) else { return }
    let label = rules.labels[Int(rule)]
    let isNew = !tables.keeps(packet.source, in: .trigger, now: walk.time)
    let obstacle = triggerObstacle(isNew: isNew, label, frame)
    if isShard, isNew, obstacle != .protected { noteTrigger() }
    if let obstacle { return note(obstacle) }
    if isShard { noteKeeping(in: .trigger) }
    walk.triggerObstacle = nil
    if isNew { tables.triggerQuota.enter(at: walk.time) }
    tables.keep(packet.source, in: .trigger, now: walk.time, duration: rules.addressDuration, triggeredBy: label)
    let entered = tables.rangeKept(for: packet.source, in: .trigger)
    tables.evidence?.keep(
      packet, in: frame, of: entered, isNew: isNew,
      EvidenceSurroundings(
        label: label, interface: UInt16(truncatingIfNeeded: walk.interface), direction: walk.direction),
      now: walk.time)
  }

  private mutating func triggerObstacle(isNew: Bool, _ label: UInt32, _ frame: RawSpan) -> TriggerObstacle? {
    if preventsTrigger(of: packet.source) { return .protected }
    guard isNew else { return nil }
    if !isProven(label, frame) { return .unproven }
    return tables.triggerQuota.isOpen(at: walk.time) ? nil : .limit
  }

  /// A packet counts once for each obstacle that it meets anew.
  private mutating func note(_ obstacle: TriggerObstacle) {
    if walk.triggerObstacle != obstacle { totals.count(obstacle) }
    walk.triggerObstacle = obstacle
    if obstacle == .limit, tables.triggerQuota.refuse() { fullMinute = walk.time }
  }

  /// When table trigger has refused the first new source of a minute, if that has happened since the last call.
  public mutating func takeFullMinute() -> Timestamp? {
    defer { fullMinute = nil }
    return fullMinute
  }

  /// What has been kept of the packets that entered an address: of exactly these addresses, or of the net that stands for a single one.
  ///
  /// Allocates.
  public func evidence(of range: AddressRange) -> (range: AddressRange, packets: [EvidencePacket]) {
    guard range.first == range.last else { return (range, tables.evidence?.packets(of: range) ?? []) }
    let kept = tables.rangeKept(for: range.first, in: .trigger)
    return (kept, tables.evidence?.packets(of: kept) ?? [])
  }

  // MARK: Proof

  private mutating func isProven(_ label: UInt32, _ frame: RawSpan) -> Bool {
    switch rules.triggerProof {
    case .none: return true
    case .handshake where packet.protocolNumber == IPProtocol.tcp && walk.direction == .inbound:
      guard let slot = walk.connection, let numbers = TCPNumbers(of: packet, in: frame) else { return false }
      return tables.connections.isProven(by: numbers, at: slot)
    case .handshake, .repeated:
      let source = tables.rangeKept(for: packet.source, in: .trigger)
      return tables.candidates?.note(source, matchedBy: label, now: walk.time) ?? true
    }
  }

  /// Follows what a packet that is let through proves, or makes provable.
  @inline(never)
  mutating func followProof(_ flow: FlowKey, at slot: TableSlot, _ frame: RawSpan) {
    guard !packet.isICMPError, let numbers = TCPNumbers(of: packet, in: frame) else { return }
    tables.connections.followProof(numbers, of: flow, at: slot)
  }
}
