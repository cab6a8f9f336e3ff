internal import SentryPacket
internal import SentryRules
internal import SentryState

/// All that rules can ask of a packet and its surroundings, gathered before the first rule.
struct PacketFacts {
  var time: Timestamp
  /// `nil` for the timer.
  var packet: PacketFields?
  /// The captured bytes.
  var frame: [UInt8] = []
  var interface: EngineInterface?
  /// The interface's position in the engine.
  var interfaceNumber = 0
  var direction = Direction.inbound
  /// The process on this host behind the packet.
  var process: LocalProcess?
  /// What protects the source, so that it is never found in table trigger.
  var protectionOfSource: AddressRange?
  /// What protects an address that an entry for the source in table trigger would stand for, so that there is none.
  var protectionFromTrigger: AddressRange?
  /// Rules, by their labels, that would enter the source now as far as `settings.triggerProof` is concerned.
  var provenTriggers: Set<UInt32> = []
  /// This minute has room for one more new source.
  var isMinuteOpen = true
  /// What is known of the flow.
  var connection: ConnectionEntry?
  /// Another flow has announced the packet's, which begins with it.
  var isAnnounced = false
  /// Packets from the source in the last full second.
  var sourceRate: UInt64 = 0
  /// What an earlier segment held of a TLS handshake that this one continues.
  var handshakeBeginning: [UInt8] = []
  /// Seconds of the local day, 0...86 399.
  var secondOfDay: UInt32 = 0
  /// The local day, 0 (Sunday)...6.
  var dayOfWeek: UInt8 = 0
  /// Where idle rules that never matched begin to count.
  var appliedAt: Timestamp?

  init(time: Timestamp) { self.time = time }
}

extension PacketFacts {
  /// The bytes in a range of the frame, as far as they were captured.
  func bytes(in range: Range<UInt32>) -> ArraySlice<UInt8> {
    let start = min(Int(range.lowerBound), frame.count)
    return frame[start..<max(start, min(Int(range.upperBound), frame.count))]
  }
}

extension PacketFacts {
  /// The name in a TLS ClientHello, together with what an earlier segment held of it.
  func serverName(of packet: PacketFields) -> HostName? {
    guard packet.has([.tcpFlags, .payload]), !packet.payload.isEmpty else { return nil }
    let payload = Array(bytes(in: packet.payload))
    switch Self.serverName(in: payload) {
    case .found(let name): return name
    case .incomplete: return nil
    case .absent: break
    }
    guard !handshakeBeginning.isEmpty, case .found(let name) = Self.serverName(in: handshakeBeginning + payload) else {
      return nil
    }
    return name
  }

  private static func serverName(in bytes: [UInt8]) -> TLSClientHello.ServerName {
    bytes.withRawSpan { TLSClientHello.serverName(in: $0, payload: 0..<UInt32(truncatingIfNeeded: $0.byteCount)) }
  }

  /// The name in the first question of a DNS message.
  func dnsName(of packet: PacketFields) -> HostName? {
    guard packet.has([.ports, .payload]), !packet.isLaterFragment else { return nil }
    let isStream = packet.protocolNumber == IPProtocol.tcp
    return frame.withRawSpan { DNSMessage.firstQuestion(in: $0, payload: packet.payload, isStream: isStream) }
  }
}
