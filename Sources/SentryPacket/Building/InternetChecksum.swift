/// The checksum of IPv4 headers, TCP, UDP and ICMP (RFC 1071): the ones' complement of the ones' complement sum of all
/// 16-bit words. An odd last byte counts as the upper half of a word.
public struct InternetChecksum: Sendable {
  private var sum: UInt64 = 0

  /// Of nothing yet: for IPv4 headers and ICMP.
  public init() {}

  /// Of the pseudo-header in front of a segment of `byteCount` bytes (RFC 9293 §3.1, RFC 8200 §8.1).
  ///
  /// One form serves both versions: the bits that an IPv4 address has before it in its mapped form are all ones in one
  /// word, and adding that word changes nothing.
  public init(protocol number: UInt8, from source: IPAddress, to destination: IPAddress, byteCount: Int) {
    add(source.high)
    add(source.low)
    add(destination.high)
    add(destination.low)
    add(UInt64(number))
    add(UInt64(truncatingIfNeeded: byteCount))
  }

  private mutating func add(_ words: UInt64) {
    sum &+= words & 0xFFFF
    sum &+= words >> 16 & 0xFFFF
    sum &+= words >> 32 & 0xFFFF
    sum &+= words >> 48
  }

  /// Adds the bytes from `start` to the end, which begin a word.
  public mutating func add(_ bytes: [UInt8], from start: Int = 0) {
    var offset = max(0, start)
    while offset + 1 < bytes.count {
      sum &+= UInt64(bytes[offset]) << 8 | UInt64(bytes[offset + 1])
      offset += 2
    }
    if offset < bytes.count { sum &+= UInt64(bytes[offset]) << 8 }
  }

  /// Of what was added so far.
  public var value: UInt16 {
    var sum = sum
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  /// What a checksum becomes when one of the words that it covers changes (RFC 1624 §3, equation 3).
  public static func adjusted(_ checksum: UInt16, from old: UInt16, to new: UInt16) -> UInt16 {
    var sum = UInt32(~checksum) + UInt32(~old) + UInt32(new)
    sum = sum & 0xFFFF + sum >> 16
    sum = sum & 0xFFFF + sum >> 16
    return ~UInt16(truncatingIfNeeded: sum)
  }

  public static func of(_ bytes: [UInt8]) -> UInt16 {
    var checksum = InternetChecksum()
    checksum.add(bytes)
    return checksum.value
  }
}

extension [UInt8] {
  /// Puts the checksum of the bytes from `start` on into the two bytes `offset` behind that, which are 0 until then.
  package mutating func setChecksum(at offset: Int, ofBytesFrom start: Int, _ checksum: consuming InternetChecksum) {
    checksum.add(self, from: start)
    set16(checksum.value, at: start + offset)
  }
}
