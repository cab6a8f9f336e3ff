public import SentryPacket
internal import SentryRules
public import SentryState

extension PlainWalk {
  /// `Include == state`.
  var knownConnectionAnswer: TestAnswer {
    if facts.isAnnounced { return TestAnswer(holds: true, seen: .value("announced by another connection")) }
    guard let connection = facts.connection else { return TestAnswer(holds: false, seen: .value("not known")) }
    return TestAnswer(holds: true, seen: .value("known, \(connection.summary(at: facts.time))"))
  }

  /// `Connection state`.
  func connectionStateAnswer(_ states: ConnectionStates, _ packet: PacketFields) -> TestAnswer {
    let (state, name) = connectionState(packet)
    return TestAnswer(holds: states.contains(state), seen: .value(name))
  }

  /// Where the flow stood before the packet: see `ConnectionStates`.
  private func connectionState(_ packet: PacketFields) -> (ConnectionStates, name: String) {
    if facts.isAnnounced { return (.established, "established") }
    guard let connection = facts.connection else {
      return packet.mayBeFirst ? (.new, "new") : (.none, "none")
    }
    let isOver = connection.tcp.isClosed
    if packet.isSYN, isOver || connection.tcp.contains(.onlySYN) { return (.new, "new") }
    // A dropped connection is over as well.
    let isEnding = isOver || connection.tcp.contains(.forwardFIN) || connection.tcp.contains(.reverseFIN)
    return isEnding ? (.closing, "closing") : (.established, "established")
  }
}

extension PacketFields {
  /// Asks for a TCP connection.
  var isSYN: Bool { has(.tcpFlags) && tcpFlags & TCPFlag.syn != 0 && tcpFlags & TCPFlag.ack == 0 }

  /// Nothing of its flow need have come before it.
  fileprivate var mayBeFirst: Bool {
    guard has(.addresses), has(.protocolNumber) else { return false }
    switch (protocolNumber, version) {
    case (IPProtocol.tcp, _): return isSYN
    case (IPProtocol.udp, _): return has(.ports)
    case (IPProtocol.icmp, 4): return has(.icmp) && Self.icmpRequests.contains(icmpType)
    case (IPProtocol.icmpv6, 6): return has(.icmpv6) && Self.icmpv6Requests.contains(icmpType)
    default: return true
    }
  }

  /// Types that ask for an answer (IANA "ICMP Type Numbers").
  private static let icmpRequests: Set<UInt8> = [8, 10, 13, 15, 17, 42]
  /// The same for ICMPv6 (IANA "ICMPv6 type Numbers").
  private static let icmpv6Requests: Set<UInt8> = [128, 130, 133, 135, 139, 160]
}

extension ConnectionEntry {
  /// `3 packets, the last 0.25 s ago`.
  public func summary(at now: Timestamp) -> String {
    let count = forward.packets &+ reverse.packets
    return "\(count) packet\(count == 1 ? "" : "s"), the last \(now.age(since: lastTime)) ago"
  }
}

extension Timestamp {
  /// `27 ms`, `0.25 s`, `90 s`.
  fileprivate func age(since earlier: Timestamp) -> String {
    let milliseconds = max(0, nanoseconds - earlier.nanoseconds) / 1_000_000
    if milliseconds < 100 { return "\(milliseconds) ms" }
    return milliseconds < 10_000 ? "\(Double(milliseconds / 10) / 100) s" : "\(milliseconds / 1000) s"
  }
}
