extension [UInt8] {
  /// The bytes of a number as packets carry it, most significant first.
  package init(networkOrder value: some FixedWidthInteger & UnsignedInteger) {
    self = stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The last `count` bytes of a number in network order, as for 48-bit hardware addresses.
  package init(networkOrder value: UInt64, count: Int) {
    self = [UInt8](networkOrder: value).suffix(count)
  }

  /// Adds the bytes of a number as packets carry it. Like all that adds bytes here, it allocates nothing where room is
  /// reserved.
  package mutating func append(networkOrder value: some FixedWidthInteger & UnsignedInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Adds an address as an IP header holds it: four bytes in IPv4, sixteen in IPv6, where an IPv4 address is mapped.
  package mutating func append(_ address: IPAddress, isIPv4: Bool) {
    if isIPv4 {
      append(networkOrder: UInt32(truncatingIfNeeded: address.low))
    } else {
      append(networkOrder: address.high)
      append(networkOrder: address.low)
    }
  }

  /// Adds captured bytes; what lies outside the capture is left out.
  package mutating func append(_ range: Range<Int>, of frame: RawSpan) {
    for offset in range {
      if let byte = frame.wire8(at: offset) { append(byte) }
    }
  }

  /// Adds zeros until the bytes from `start` on are a whole number of `unit` bytes.
  package mutating func pad(from start: Int, toMultipleOf unit: Int) {
    while (count - start) % unit != 0 { append(0) }
  }

  /// Replaces the two bytes at `offset`; nothing happens if they are not there.
  package mutating func set16(_ value: UInt16, at offset: Int) {
    guard offset >= 0, offset <= count - 2 else { return }
    self[offset] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  /// With zeros at the end, up to a whole number of `unit` bytes.
  package func padded(toMultipleOf unit: Int) -> [UInt8] {
    var padded = self
    padded.pad(from: 0, toMultipleOf: unit)
    return padded
  }

  /// A length in two bytes, then the bytes: how TLS and DNS over TCP write lists (RFC 8446 §3.4, RFC 1035 §4.2.2).
  package var withLength16: [UInt8] { [UInt8](networkOrder: UInt16(truncatingIfNeeded: count)) + self }
}

extension IPAddress {
  /// The address as an IP header holds it: four bytes in IPv4, sixteen in IPv6, where an IPv4 address is mapped.
  package func bytes(isIPv4: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(self, isIPv4: isIPv4)
    return bytes
  }
}
