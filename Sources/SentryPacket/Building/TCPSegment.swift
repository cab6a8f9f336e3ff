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
    let options = Array(options.prefix(40)).padded(toMultipleOf: 4)
    var segment = [UInt8](networkOrder: sourcePort) + .init(networkOrder: destinationPort)
    segment += .init(networkOrder: sequence) + .init(networkOrder: acknowledgement)
    segment += [UInt8(truncatingIfNeeded: (20 + options.count) / 4) << 4, flags] + .init(networkOrder: window)
    segment += [0, 0, 0, 0] + options + payload
    segment.set16(InternetChecksum.of(segment, protocol: IPProtocol.tcp, from: source, to: destination), at: 16)
    return segment
  }
}
