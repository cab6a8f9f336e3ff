public import SentryPacket

/// The longest segments that the ends of TCP connections take, as they said when they asked for them (RFC 9293 §3.7.1).
///
/// A cache of fixed size: of two connections that want the same place the later one has it.
public struct SegmentSizes {
  /// What an end takes that says nothing (RFC 9293 §3.7.1).
  private static let unsaid: (v4: UInt16, v6: UInt16) = (536, 1_220)
  private static let maximumSegmentSize: UInt8 = 2

  /// In the upper 48 bits which connection and direction, in the lower 16 the size; 0 for none.
  private var places: [UInt64]
  private let seed: UInt64

  /// - Parameter seed: makes it hard to choose connections that want the same place.
  public init(capacity: Int = 16_384, seed: UInt64 = .random(in: 0 ... .max)) {
    places = Array(repeating: 0, count: max(1, capacity))
    self.seed = seed
  }

  /// Remembers what the sender of a request for a connection, or of the answer to one, takes.
  public mutating func learn(from packet: borrowing PacketFields, in frame: RawSpan) {
    guard packet.isWholeTCPHeader, packet.tcpFlags & TCPFlag.syn != 0 else { return }
    let unsaid = packet.version == 4 ? Self.unsaid.v4 : Self.unsaid.v6
    let size = Self.announcement(in: frame, packet.tcpOptions) ?? unsaid
    let key = key(packet.source, packet.sourcePort, packet.destination, packet.destinationPort)
    places[Int(key >> 16 % UInt64(places.count))] = key & ~0xFFFF | UInt64(size)
  }

  /// Payload and TCP options of the longest segment that the receiver of a packet takes; `nil` if that is not known.
  public func size(forReceiverOf packet: borrowing PacketFields) -> Int? {
    let key = key(packet.destination, packet.destinationPort, packet.source, packet.sourcePort)
    let place = places[Int(key >> 16 % UInt64(places.count))]
    guard place != 0, place >> 16 == key >> 16 else { return nil }
    return Int(place & 0xFFFF)
  }

  private func key(_ from: IPAddress, _ fromPort: UInt16, _ to: IPAddress, _ toPort: UInt16) -> UInt64 {
    var hash = seed
    hash = Self.mix(hash, from.high)
    hash = Self.mix(hash, from.low)
    hash = Self.mix(hash, to.high)
    hash = Self.mix(hash, to.low)
    return Self.mix(hash, UInt64(fromPort) << 16 | UInt64(toPort))
  }

  private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    let product = (hash ^ value).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low &+ 1
  }

  private static func announcement(in frame: RawSpan, _ options: Range<UInt32>) -> UInt16? {
    var position = Int(options.lowerBound)
    while position < Int(options.upperBound), let kind = frame.wire8(at: position), kind != 0 {
      if kind == maximumSegmentSize { return frame.wire16(at: position + 2) }
      position += kind == 1 ? 1 : max(2, Int(frame.wire8(at: position + 1) ?? 0))
    }
    return nil
  }
}
