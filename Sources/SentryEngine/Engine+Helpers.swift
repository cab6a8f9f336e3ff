// Connections that other connections announce: FTP's data connections and the answers of TFTP. A helper reads what the rules let
// through; what it hears of counts as known, and established, from its first packet on (docs/FTP.md).

internal import SentryPacket
public import SentryState

extension Engine {
  /// Whether the packet begins a connection that was announced. A known connection can only be begun by a request, which takes its
  /// place.
  @inline(never)
  mutating func findAnnouncement() {
    guard walk.connection == nil || packet.isTCPRequest else { return }
    walk.isAnnounced = tables.announces(packet, now: clock.now)
  }

  /// Reads a packet whose flow was entered in a slot.
  @inline(never)
  mutating func followHelpers(_ flow: FlowKey, at slot: TableSlot, on place: InterfacePlace, _ frame: RawSpan) {
    if walk.isAnnounced { tables.helpers?.fulfil(packet) }
    guard packet.has(.ports) else { return }
    let way = PacketWay(
      interface: UInt16(truncatingIfNeeded: walk.interface), isOutbound: walk.direction == .outbound,
      sight: place.isLoopback ? .loopback : walk.sight)
    tables.helpers?.read(packet, of: flow, tables.connections.stage(at: slot), on: way, frame, now: clock.now)
  }

  /// What the helpers that `settings.helpers` switches on are doing; `nil` while there are none.
  public var helperReport: HelperReport? { tables.helperReport(now: now) }
}
