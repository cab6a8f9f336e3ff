/// The checksum of IPv4 headers, TCP, UDP and ICMP (RFC 1071).
public enum InternetChecksum {
  /// The ones' complement of the ones' complement sum of all 16-bit words; an odd last byte counts as the upper half.
  public static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      sum &+= index.isMultiple(of: 2) ? UInt64(byte) << 8 : UInt64(byte)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  /// Of a segment between two addresses: over the pseudo-header and the segment (RFC 9293 §3.1, RFC 8200 §8.1).
  public static func of(
    _ segment: [UInt8], protocol number: UInt8, from source: IPAddress, to destination: IPAddress
  ) -> UInt16 {
    let isIPv4 = source.isIPv4 && destination.isIPv4
    let length = [UInt8](networkOrder: UInt32(truncatingIfNeeded: segment.count))
    return of(source.bytes(isIPv4: isIPv4) + destination.bytes(isIPv4: isIPv4) + length + [0, 0, 0, number] + segment)
  }
}
