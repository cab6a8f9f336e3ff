/// A TCP segment to be made (RFC 9293 §3.1).
public struct TCPSegment: Sendable, Equatable {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  /// As `TCPFlag` counts them.
  public var flags: UInt8
  public var sequence: UInt32 = 1
  public var acknowledgement: UInt32 = 0
  public var window: UInt16 = 0x2000
  /// Padded with zeros to whole words; at most 40 bytes count.
  public var options: [UInt8] = []
  public var payload: [UInt8] = []

  public init(sourcePort: UInt16, destinationPort: UInt16, flags: UInt8) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.flags = flags
  }

  /// Header, options and payload, with the checksum for these addresses.
  public func bytes(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    var segment: [UInt8] = []
    appendHeader(to: &segment)
    segment += payload
    segment.setTCPChecksum(from: 0, source, destination)
    return segment
  }

  private var optionCount: Int { min(options.count, 40) }

  /// Header and options.
  package var headerByteCount: Int { TCPLayout.minimumHeader + (optionCount + 3) / 4 * 4 }

  /// Header and options, without a checksum.
  package func appendHeader(to packet: inout [UInt8]) {
    packet.append(networkOrder: sourcePort)
    packet.append(networkOrder: destinationPort)
    packet.append(networkOrder: sequence)
    packet.append(networkOrder: acknowledgement)
    packet.append(UInt8(truncatingIfNeeded: headerByteCount / 4) << 4)
    packet.append(flags)
    packet.append(networkOrder: window)
    packet.append(networkOrder: 0 as UInt32)  // checksum and urgent pointer
    let start = packet.count
    packet += options[..<optionCount]
    packet.pad(from: start, toMultipleOf: 4)
  }
}

extension [UInt8] {
  /// Fills in the checksum of the segment that begins at `start` and reaches to the end.
  package mutating func setTCPChecksum(from start: Int, _ source: IPAddress, _ destination: IPAddress) {
    let pseudoHeader = InternetChecksum(
      protocol: IPProtocol.tcp, from: source, to: destination, byteCount: count - start)
    setChecksum(at: TCPLayout.checksum, ofBytesFrom: start, pseudoHeader)
  }
}
