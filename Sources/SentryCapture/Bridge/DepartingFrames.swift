public import SentryPacket

/// Makes of a captured frame what goes out on another wire: mostly its very bytes.
///
/// A sender on the same machine (a container, a virtual machine) leaves work to a network card that its packets never meet: it sends
/// checksums half done, and TCP segments as long as packets can be. That work is done here.
public struct DepartingFrames: ~Copyable {
  /// What was done to a frame.
  public enum Work: Equatable, Sendable {
    case none
    /// Its checksum was finished.
    case checksum
    /// It was cut into so many.
    case segments(Int)
  }

  /// Where the frames are made that are not the captured one.
  private var bytes: [UInt8] = []

  public init() { bytes.reserveCapacity(1 << 16) }

  /// Hands `send` what goes out.
  ///
  /// - Parameters:
  ///   - packet: what was decoded from `frame`, which was captured whole.
  ///   - mtu: the longest packet that goes out, link header apart, in bytes.
  ///   - segmentSize: payload and TCP options that the receiver takes in one segment; `nil` if that is not known.
  public mutating func send(
    _ frame: RawSpan, _ packet: borrowing PacketFields, mtu: Int, segmentSize: Int?, _ send: (RawSpan) -> Void
  ) -> Work {
    guard let header = TransportHeader(of: packet, in: frame) else {
      send(frame)
      return .none
    }
    if let length = Self.payloadLength(of: header, packet, mtu: mtu, segmentSize: segmentSize) {
      return cut(frame, packet, header, every: length, send)
    }
    guard header.isUnfinished(packet, in: frame) else {
      send(frame)
      return .none
    }
    finish(frame, packet, header)
    bytes.withRawSpan(send)
    return .checksum
  }

  // MARK: Checksums

  private mutating func finish(_ frame: RawSpan, _ packet: borrowing PacketFields, _ header: TransportHeader) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(captured: frame, 0..<header.payload.upperBound)
    setChecksum(header, header.pseudoHeader(packet))
    bytes.append(captured: frame, header.payload.upperBound..<frame.byteCount)
  }

  private mutating func setChecksum(_ header: TransportHeader, _ pseudoHeader: InternetChecksum) {
    bytes.set16(0, at: header.checksum)
    bytes.setChecksum(at: header.checksum - header.start, ofBytesFrom: header.start, pseudoHeader)
    guard header.protocolNumber == IPProtocol.udp else { return }
    // In UDP 0 means that there is none (RFC 768).
    if bytes[header.checksum] == 0, bytes[header.checksum + 1] == 0 { bytes.set16(.max, at: header.checksum) }
  }

  // MARK: Segments

  /// How much payload each piece may carry; `nil` if the frame goes out in one.
  private static func payloadLength(
    of header: TransportHeader, _ packet: borrowing PacketFields, mtu: Int, segmentSize: Int?
  ) -> Int? {
    guard header.protocolNumber == IPProtocol.tcp, packet.tcpFlags & (TCPFlag.syn | TCPFlag.rst) == 0 else {
      return nil
    }
    // One VLAN tag is not counted in an MTU; anything else behind the Ethernet header is.
    let linkHeader = Int(packet.networkOffset) - 14 - (packet.has(.vlan) ? 4 : 0)
    let room = mtu - linkHeader - (header.payload.lowerBound - Int(packet.networkOffset))
    let options = header.payload.lowerBound - header.start - TCPHeader.options
    let length = min(room, segmentSize.map { max(Self.shortestSegment, $0) - options } ?? room)
    return length > 0 && header.payload.count > length ? length : nil
  }

  /// Whoever asks for less would only make us send many small packets (Linux, `tcp_min_snd_mss`).
  private static let shortestSegment = 88

  private mutating func cut(
    _ frame: RawSpan, _ packet: borrowing PacketFields, _ header: TransportHeader, every length: Int,
    _ send: (RawSpan) -> Void
  ) -> Work {
    var start = header.payload.lowerBound
    var number = 0
    while start < header.payload.upperBound {
      let end = min(start + length, header.payload.upperBound)
      writeSegment(number, carrying: start..<end, of: frame, packet, header)
      bytes.withRawSpan(send)
      start = end
      number += 1
    }
    return .segments(number)
  }

  private mutating func writeSegment(
    _ number: Int, carrying part: Range<Int>, of frame: RawSpan, _ packet: borrowing PacketFields,
    _ header: TransportHeader
  ) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(captured: frame, 0..<header.payload.lowerBound)
    bytes.append(captured: frame, part)
    setLengths(number, packet)

    let sequence = packet.tcpSequence &+ UInt32(truncatingIfNeeded: part.lowerBound - header.payload.lowerBound)
    bytes.set16(UInt16(truncatingIfNeeded: sequence >> 16), at: header.start + TCPHeader.sequence)
    bytes.set16(UInt16(truncatingIfNeeded: sequence), at: header.start + TCPHeader.sequence + 2)
    var flags = packet.tcpFlags
    if part.upperBound < header.payload.upperBound { flags &= ~(TCPFlag.fin | TCPFlag.psh) }
    if number > 0 { flags &= ~TCPHeader.congestionWindowReduced }
    bytes[header.start + TCPHeader.flags] = flags
    setChecksum(
      header,
      InternetChecksum(
        protocol: header.protocolNumber, from: packet.source, to: packet.destination,
        byteCount: bytes.count - header.start))
  }

  /// Makes the IP header say how long the packet is now; in IPv4 each segment counts its identification on, as network cards do.
  private mutating func setLengths(_ number: Int, _ packet: borrowing PacketFields) {
    let start = Int(packet.networkOffset)
    let length = bytes.count - start
    guard packet.version == 4 else {
      return bytes.set16(UInt16(truncatingIfNeeded: length - 40), at: start + 4)
    }
    let identification = packet.identification &+ UInt32(truncatingIfNeeded: number)
    bytes.set16(UInt16(truncatingIfNeeded: length), at: start + 2)
    bytes.set16(UInt16(truncatingIfNeeded: identification), at: start + 4)
    setHeaderChecksum(at: start)
  }

  private mutating func setHeaderChecksum(at start: Int) {
    bytes.set16(0, at: start + 10)
    let end = start + Int(bytes[start] & 0x0F) * 4
    var sum: UInt32 = 0
    for offset in stride(from: start, to: min(end, bytes.count - 1), by: 2) {
      sum += UInt32(bytes[offset]) << 8 | UInt32(bytes[offset + 1])
    }
    sum = sum & 0xFFFF + sum >> 16
    sum = sum & 0xFFFF + sum >> 16
    bytes.set16(~UInt16(truncatingIfNeeded: sum), at: start + 10)
  }
}

extension [UInt8] {
  /// Adds a part of a captured frame; what lies outside of it is left out.
  package mutating func append(captured frame: RawSpan, _ range: Range<Int>) {
    let range = range.clamped(to: 0..<frame.byteCount)
    // Safe: the range was just cut to what the frame has; the bytes are copied during the call.
    unsafe frame.withUnsafeBytes { unsafe append(contentsOf: $0[range]) }
  }
}
