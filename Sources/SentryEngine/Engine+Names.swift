// The host names that a packet's payload gives away, each read at most once per packet, when the first rule asks.

internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What is known of one kind of name in the packet being judged.
enum NameReading {
  /// No rule has asked so far.
  case unread
  case absent
  case present
}

/// Whose name it is.
enum NameKind {
  case tlsServer
  /// The first question of a DNS message.
  case dnsQuestion
}

extension Engine {
  /// `TLS server name`: that of the ClientHello which this packet holds, or completes.
  mutating func isServerName(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    hasServerName(frame) && rules.program.names[Int(pattern)].matches(serverName)
  }

  mutating func hasServerName(_ frame: RawSpan) -> Bool {
    if walk.serverNameReading == .unread { readServerName(frame) }
    return walk.serverNameReading == .present
  }

  /// `DNS name`: that of the first question.
  mutating func isDNSName(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    hasDNSName(frame) && rules.program.names[Int(pattern)].matches(dnsName)
  }

  mutating func hasDNSName(_ frame: RawSpan) -> Bool {
    if walk.dnsNameReading == .unread { readDNSName(frame) }
    return walk.dnsNameReading == .present
  }

  /// A ClientHello that goes on in the next segment waits in the handshake table.
  private mutating func readServerName(_ frame: RawSpan) {
    walk.serverNameReading = .absent
    guard packet.has([.tcpFlags, .payload]), !packet.payload.isEmpty else { return }
    switch TLSClientHello.serverName(in: frame, payload: packet.payload) {
    case .found(let name): keep(serverName: name)
    case .absent: readContinuedServerName(frame)
    case .incomplete:
      tables.handshakes?.begin(packet, of: FlowKey(packet, direction: walk.direction), frame, now: walk.time)
    }
  }

  private mutating func readContinuedServerName(_ frame: RawSpan) {
    var name: HostName?
    let flow = FlowKey(packet, direction: walk.direction)
    tables.handshakes?.continued(by: packet, of: flow, frame, now: walk.time) { hello in
      switch TLSClientHello.serverName(in: hello, payload: 0..<UInt32(truncatingIfNeeded: hello.byteCount)) {
      case .found(let found): name = found
      case .incomplete: return true
      case .absent: break
      }
      return false
    }
    if let name { keep(serverName: name) }
  }

  private mutating func keep(serverName name: HostName) {
    serverName = name
    walk.serverNameReading = .present
  }

  private mutating func readDNSName(_ frame: RawSpan) {
    walk.dnsNameReading = .absent
    guard packet.has([.ports, .payload]), !packet.isLaterFragment else { return }
    let isStream = packet.protocolNumber == IPProtocol.tcp
    guard let name = DNSMessage.firstQuestion(in: frame, payload: packet.payload, isStream: isStream) else { return }
    dnsName = name
    walk.dnsNameReading = .present
  }
}

extension NamePattern {
  /// The name is this one, or one below it, as the pattern wants.
  func matches(_ host: borrowing HostName) -> Bool {
    guard host.hasSuffix(name) else { return false }
    let dot = host.count - name.count - 1
    guard matchesBelow else { return dot < 0 }
    return dot > 0 ? host[dot] == UInt8(ascii: ".") : false
  }
}
