extension [UInt8] {
  /// The bytes of a number as packets carry it, most significant first.
  package init(networkOrder value: some FixedWidthInteger & UnsignedInteger) {
    self = stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The last `count` bytes of a number in network order, as for 48-bit hardware addresses.
  package init(networkOrder value: UInt64, count: Int) {
    self = [UInt8](networkOrder: value).suffix(count)
  }

  /// Replaces the two bytes at `offset`; nothing happens if they are not there.
  package mutating func set16(_ value: UInt16, at offset: Int) {
    guard offset >= 0, offset <= count - 2 else { return }
    self[offset] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  /// With zeros at the end, up to a whole number of `unit` bytes.
  package func padded(toMultipleOf unit: Int) -> [UInt8] {
    self + Array(repeating: 0, count: (unit - count % unit) % unit)
  }

  /// A length in two bytes, then the bytes: how TLS and DNS over TCP write lists (RFC 8446 §3.4, RFC 1035 §4.2.2).
  package var withLength16: [UInt8] { [UInt8](networkOrder: UInt16(truncatingIfNeeded: count)) + self }
}

extension IPAddress {
  /// The address as an IP header holds it: four bytes in IPv4, sixteen in IPv6, where an IPv4 address is mapped.
  package func bytes(isIPv4: Bool) -> [UInt8] {
    isIPv4
      ? [UInt8](networkOrder: UInt32(truncatingIfNeeded: low)) : [UInt8](networkOrder: high) + .init(networkOrder: low)
  }
}
