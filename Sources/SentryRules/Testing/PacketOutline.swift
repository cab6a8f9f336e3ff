internal import SentryPacket

/// An IP packet as a line describes it: complete but for this host's own addresses.
struct PacketOutline: Sendable, Equatable {
  /// Whose address it is.
  enum Party: Sendable, Equatable {
    case me
    case address(IPAddress)
  }

  var transport: NotationProtocol
  var isIPv4: Bool
  var source: Party
  var destination: Party
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0

  var timeToLive: UInt8 = 64
  var trafficClass: UInt8 = 0
  var fragment: IPFragment?
  var ipOptions: [UInt8] = []

  /// TCP only; `nil` until somebody says which.
  var tcpFlags: UInt8?
  var sequence: UInt32?
  var acknowledgement: UInt32 = 0
  var window: UInt16 = 0x2000
  var tcpOptions: [UInt8] = []

  var icmpType: UInt8?
  var icmpCode: UInt8 = 0
  var icmpRestOfHeader: UInt32 = 0
  /// The packet that an ICMP error is about: one or none.
  var quoted: [PacketOutline] = []

  var payload = PayloadOutline()
  /// Which bytes of the payload are sent; `nil` for all.
  var payloadPart: Range<Int>?
  /// IP total length to be reached with zeros at the end.
  var size: Int?
  /// Bytes after the IP header that are left.
  var cut: Int?

  /// The largest packet that can be described, IP header included.
  static let longestPacket = 65_535

  var isLaterFragment: Bool { fragment.map { $0.offset > 0 } ?? false }

  func address(of party: Party, on host: HostAddresses) -> IPAddress {
    switch party {
    case .me: isIPv4 ? host.ipv4 : host.ipv6
    case .address(let address): address
    }
  }

  /// The IP packet with its lengths and checksums.
  func bytes(on host: HostAddresses) -> [UInt8] {
    let header = header(on: host)
    var payload = sentPayload
    var content = content(around: payload, on: host)
    if let size, size > header.byteCount + content.count {
      payload += Array(repeating: 0, count: min(size, Self.longestPacket) - header.byteCount - content.count)
      content = self.content(around: payload, on: host)
    }
    return header.packet(carrying: cut.map { Array(content.prefix($0)) } ?? content)
  }

  /// How many `bytes` there are, told without building them.
  var byteCount: Int {
    let header = header(on: .documentation).byteCount
    let content = max(headerByteCount + sentPayloadCount, min(size ?? 0, Self.longestPacket) - header)
    return header + min(content, cut ?? content)
  }

  /// What stands between the IP header and the payload.
  private var headerByteCount: Int {
    guard !isLaterFragment else { return 0 }
    switch transport {
    case .tcp: return segment(around: []).headerByteCount
    case .udp: return UDPDatagram.headerByteCount
    case .icmp, .icmpv6:
      let quotation = min(quoted.first?.byteCount ?? 0, ICMPMessage.longestQuotation(isIPv4: isIPv4))
      return ICMPMessage.headerByteCount + quotation
    case .other: return 0
    }
  }

  private var sentPayloadCount: Int { payloadPart?.clamped(to: 0..<payload.count).count ?? payload.count }

  private var sentPayload: [UInt8] {
    let bytes = payload.bytes
    return payloadPart.map { Array(bytes[$0.clamped(to: bytes.indices)]) } ?? bytes
  }

  private func header(on host: HostAddresses) -> IPHeader {
    var header = IPHeader(
      source: address(of: source, on: host), destination: address(of: destination, on: host),
      protocolNumber: transport.number)
    header.isIPv4 = isIPv4
    header.timeToLive = timeToLive
    header.trafficClass = trafficClass
    header.fragment = fragment
    header.options = ipOptions
    return header
  }

  /// What follows the IP header.
  private func content(around payload: [UInt8], on host: HostAddresses) -> [UInt8] {
    let (source, destination) = (address(of: source, on: host), address(of: destination, on: host))
    guard !isLaterFragment else { return payload }
    switch transport {
    case .tcp: return segment(around: payload).bytes(from: source, to: destination)
    case .udp:
      let datagram = UDPDatagram(sourcePort: sourcePort, destinationPort: destinationPort, payload: payload)
      return datagram.bytes(from: source, to: destination)
    case .icmp, .icmpv6:
      let quotation = quoted.first.map { ICMPMessage.quotation(of: $0.bytes(on: host), isIPv4: isIPv4) } ?? []
      let message = ICMPMessage(
        type: icmpType ?? 0, code: icmpCode, restOfHeader: icmpRestOfHeader, body: quotation + payload)
      return message.bytes(from: source, to: destination)
    case .other: return payload
    }
  }

  /// Without a word about its flags it belongs to an open connection.
  private func segment(around payload: [UInt8]) -> TCPSegment {
    let flags = tcpFlags ?? (payload.isEmpty ? TCPFlag.ack : TCPFlag.psh | TCPFlag.ack)
    var segment = TCPSegment(sourcePort: sourcePort, destinationPort: destinationPort, flags: flags)
    segment.sequence = sequence ?? 1
    segment.acknowledgement = acknowledgement
    segment.window = window
    segment.options = tcpOptions
    segment.payload = payload
    return segment
  }
}
