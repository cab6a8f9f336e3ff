// What the plain evaluator says of packets that are not let through although somebody waits for what they say. See
// `Engine+Closing.swift` for what the compiled one does, and docs/Classic.md, "Dropped connections".

internal import SentryPacket
internal import SentryRules
internal import SentryState

extension Engine {
  /// Rule 0 discards a packet of a dropped connection.
  ///
  /// - Returns: what becomes of the connection.
  func refuse(_ walk: inout PlainWalk, _ explanation: inout Explanation) -> [Explanation.Change] {
    guard let before = walk.facts.connection, let packet = walk.facts.packet else { return [] }
    let after = before.refusing(packet)
    let answer = walk.answer(toRefused: packet, of: after)
    explanation.judgement.verdict = .delete
    explanation.judgement.decider = .builtIn(.connectionClosed)
    explanation.judgement.answer = answer
    if let leaf = walk.leaf { walk.note(.isRefused, of: leaf) }
    if after.refusals <= 10, answer != .acknowledgement, !walk.isLogSuppressed {
      walk.report(builtIn: .connectionClosed, .delete)
    }
    return [.connection(before: before, after: after)]
  }

  /// Works out whom to tell of a packet that was rejected or whose connection was dropped.
  ///
  /// - Returns: what becomes of the connection.
  func close(_ walk: PlainWalk, _ explanation: inout Explanation) -> [Explanation.Change] {
    guard let packet = walk.facts.packet else { return [] }
    switch explanation.judgement.verdict {
    case .reject:
      explanation.judgement.answer = walk.answer(toRejected: packet)
      return []
    case .dropConnection:
      let answer = walk.answer(toDropped: packet)
      explanation.judgement.answer = answer
      guard let before = walk.facts.connection, packet.protocolNumber == IPProtocol.tcp else { return [] }
      let after = before.dropped(by: packet, endsOtherSide: answer == .blockedPage, at: now)
      return [.connection(before: before, after: after)]
    case .pass, .delete, .delay, .routeTo:
      return []
    }
  }
}

// MARK: - Answers

extension PlainWalk {
  /// The packet's connection was dropped, no rule discards the packet, and it does not ask for a new connection.
  var refusesPacket: Bool {
    guard !isObserving, let packet = facts.packet, let connection = facts.connection,
      connection.tcp.contains(.closedByFirewall), !packet.isSYN
    else { return false }
    switch leaf.flatMap({ rules[$0].action.operation.verdict }) {
    case nil, .pass, .delay, .routeTo: return true
    case .delete, .reject, .dropConnection: return false
    }
  }

  private func isAnswerable(_ packet: PacketFields) -> Bool {
    packet.mayBeAnswered(isLocal: facts.interface?.isLoopback ?? false)
  }

  fileprivate func answer(toRefused packet: PacketFields, of connection: ConnectionEntry) -> Answer {
    guard isAnswerable(packet), packet.isWholeTCPHeader, !packet.isReset else { return .none }
    switch connection.refusals {
    case 1...3:
      let bothHaveEnded = connection.tcp.contains(.forwardFIN) && connection.tcp.contains(.reverseFIN)
      return facts.direction == .outbound && bothHaveEnded && packet.isAcknowledging ? .acknowledgement : .none
    case 4...10: return .reset
    default: return .none
    }
  }

  fileprivate func answer(toRejected packet: PacketFields) -> Answer {
    guard isAnswerable(packet) else { return .none }
    if packet.protocolNumber != IPProtocol.tcp { return packet.isICMPErrorOrRedirect ? .none : .unreachable }
    return packet.isWholeTCPHeader && !packet.isReset ? .reset : .none
  }

  fileprivate func answer(toDropped packet: PacketFields) -> Answer {
    guard isAnswerable(packet), packet.isWholeTCPHeader else { return .none }
    let mayAskForPage =
      facts.direction == .outbound && packet.isAcknowledging && !packet.isReset && packet.tcpFlags & TCPFlag.syn == 0
    guard mayAskForPage, packet.has(.payload) else { return .resetBoth }
    let isRequest = facts.frame.withRawSpan { HTTPRequest.begins(in: $0, payload: packet.payload) }
    return isRequest ? .blockedPage : .resetBoth
  }
}

extension PacketFields {
  fileprivate var isAcknowledging: Bool { tcpFlags & TCPFlag.ack != 0 }
  fileprivate var isEnding: Bool { has(.tcpFlags) && tcpFlags & TCPFlag.fin != 0 }
}

// MARK: - What becomes of the connection

extension ConnectionEntry {
  /// Dropped by a rule that matched `packet`: remembered like a flow that one end has closed.
  fileprivate func dropped(by packet: PacketFields, endsOtherSide: Bool, at now: Timestamp) -> ConnectionEntry {
    var after = noting(packet)
    after.tcp.insert(.closedByFirewall)
    if endsOtherSide { after.tcp.insert(isFromFirstSender(packet) ? .reverseFIN : .forwardFIN) }
    after.lastTime = now
    after.limitSeconds = 120
    return after
  }

  /// One packet more was refused.
  fileprivate func refusing(_ packet: PacketFields) -> ConnectionEntry {
    var after = noting(packet)
    after.refusals &+= 1
    return after
  }

  /// With the FIN of a packet.
  private func noting(_ packet: PacketFields) -> ConnectionEntry {
    var after = self
    if packet.isEnding { after.tcp.insert(isFromFirstSender(packet) ? .forwardFIN : .reverseFIN) }
    return after
  }

  private func isFromFirstSender(_ packet: PacketFields) -> Bool {
    let first = firstDirection == .inbound ? remote : local
    return first == FlowEndpoint(address: packet.source, port: packet.sourcePort)
  }
}
