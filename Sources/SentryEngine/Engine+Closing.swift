// Packets that are not let through although somebody waits for what they say: whom to tell, and what to make of those that
// still come when a rule has dropped their connection (docs/Classic.md, "Dropped connections", "Packets the firewall makes").
//
// What only asks is always inlined, as on the rest of the packet path (see `Engine`).

internal import SentryPacket
internal import SentryRules
internal import SentryState

/// How often something is done about packets of a dropped connection.
enum Refusals {
  /// So many of them are answered only if they end the stream in good order.
  static let quiet: ClosedRange<UInt32> = 1...3
  /// So many more get a reset.
  static let reset: ClosedRange<UInt32> = 4...10
  /// The last that is logged.
  static let lastLogged: UInt32 = 10
}

extension Engine {
  /// The packet is one that a dropped connection refuses: the rules would let it through, and it does not ask for a new
  /// connection in place of the old one.
  @inline(__always)
  var isRefused: Bool {
    mutating get { walk.leaf?.verdict?.letsThrough ?? true && !packet.isTCPRequest }
  }

  /// Discards a packet of a dropped connection.
  @inline(never)
  mutating func refuse(_ flow: FlowKey, at slot: TableSlot, _ kind: FrameKind, on place: InterfacePlace) -> Judgement {
    let (count, hasBothFINs) = tables.connections.refuse(slot, flow, hasFIN: packet.hasFIN)
    let answer = answer(toRefused: count, hasBothFINs: hasBothFINs, on: place)
    totals.count(.connectionClosed)
    if count <= Refusals.lastLogged, answer != .acknowledgement { report(builtIn: .connectionClosed, .delete) }
    return Judgement(
      kind: kind, verdict: .delete, decider: .builtIn(.connectionClosed), entriesLogged: walk.entriesLogged,
      answer: answer)
  }

  /// A local program whose page was replaced has seen a FIN, and sends its own: that one is acknowledged, and the program is
  /// done. Whoever goes on all the same is reset, for a while.
  @inline(__always)
  private func answer(toRefused count: UInt32, hasBothFINs: Bool, on place: InterfacePlace) -> Answer {
    guard packet.isWholeTCPHeader, !packet.isReset, packet.mayBeAnswered(isLocal: place.isLoopback) else {
      return .none
    }
    if Refusals.reset.contains(count) { return .reset }
    let isEnding = Refusals.quiet.contains(count) && walk.direction == .outbound && hasBothFINs
    return isEnding && packet.tcpFlags & TCPFlag.ack != 0 ? .acknowledgement : .none
  }

  /// Whom to tell of a packet that the rules have rejected or whose connection they have dropped; a dropped connection is
  /// marked.
  @inline(never)
  mutating func carryOut(_ verdict: Verdict, _ flow: FlowKey, _ frame: RawSpan, on place: InterfacePlace) -> Answer {
    let isAnswerable = packet.mayBeAnswered(isLocal: place.isLoopback)
    switch verdict {
    case .reject: return isAnswerable ? answerToRejected : .none
    case .dropConnection:
      let answer = isAnswerable ? answerToDropped(frame) : .none
      if let slot = walk.connection, packet.has(.protocolNumber), packet.protocolNumber == IPProtocol.tcp {
        tables.connections.close(
          slot, flow, hasFIN: packet.hasFIN, endsOtherSide: answer == .blockedPage, now: clock.now)
      }
      return answer
    case .pass, .delete, .delay, .routeTo: return .none
    }
  }

  @inline(__always)
  private var answerToRejected: Answer {
    guard packet.protocolNumber == IPProtocol.tcp else { return packet.isICMPErrorOrRedirect ? .none : .unreachable }
    return packet.isWholeTCPHeader && !packet.isReset ? .reset : .none
  }

  /// Other protocols have no connection that could be dropped: the packet is discarded, that is all.
  @inline(__always)
  private func answerToDropped(_ frame: RawSpan) -> Answer {
    guard packet.isWholeTCPHeader else { return .none }
    return walk.direction == .outbound && asksForPage(frame) ? .blockedPage : .resetBoth
  }

  /// A local program sends an HTTP request in the clear.
  @inline(__always)
  private func asksForPage(_ frame: RawSpan) -> Bool {
    packet.tcpFlags & (TCPFlag.ack | TCPFlag.rst | TCPFlag.syn) == TCPFlag.ack && packet.has(.payload)
      && HTTPRequest.begins(in: frame, payload: packet.payload)
  }
}

extension PacketFields {
  fileprivate var hasFIN: Bool { has(.tcpFlags) && tcpFlags & TCPFlag.fin != 0 }
}
