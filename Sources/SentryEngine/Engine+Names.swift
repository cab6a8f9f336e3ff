// The host names that a packet's payload gives away, each read at most once per packet, when the first rule asks.

internal import SentryPacket
internal import SentryRules
internal import SentryState

extension Engine {
  /// `TLS server name`: that of the ClientHello which this packet holds, or completes.
  mutating func isServerName(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    if !walk.hasReadServerName {
      walk.hasReadServerName = true
      serverName = readServerName(frame)
    }
    return rules.program.names[Int(pattern)].matches(serverName)
  }

  /// `DNS name`: that of the first question.
  mutating func isDNSName(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    if !walk.hasReadDNSName {
      walk.hasReadDNSName = true
      dnsName = readDNSName(frame)
    }
    return rules.program.names[Int(pattern)].matches(dnsName)
  }

  /// A ClientHello that goes on in the next segment waits in the handshake table.
  private mutating func readServerName(_ frame: RawSpan) -> HostName? {
    guard packet.has([.tcpFlags, .payload]), !packet.payload.isEmpty else { return nil }
    switch TLSClientHello.serverName(in: frame, payload: packet.payload) {
    case .found(let name): return name
    case .absent: return continuedServerName(frame)
    case .incomplete:
      tables.handshakes?.begin(packet, of: FlowKey(packet, direction: walk.direction), frame, now: walk.time)
      return nil
    }
  }

  private mutating func continuedServerName(_ frame: RawSpan) -> HostName? {
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
    return name
  }

  private func readDNSName(_ frame: RawSpan) -> HostName? {
    guard packet.has([.ports, .payload]), !packet.isLaterFragment else { return nil }
    return DNSMessage.firstQuestion(
      in: frame, payload: packet.payload, isStream: packet.protocolNumber == IPProtocol.tcp)
  }
}

extension NamePattern {
  /// The packet has a name, and it is this one or one below, as the pattern wants.
  func matches(_ host: HostName?) -> Bool {
    guard let host, host.hasSuffix(name) else { return false }
    let dot = host.count - name.count - 1
    return matchesBelow ? dot > 0 && host[dot] == UInt8(ascii: ".") : dot < 0
  }
}
