internal import SentryPacket

// Numbers in this machine's byte order, as netlink's headers and our own messages have them.

extension RawSpan {
  func native16(at offset: Int) -> UInt16? { wire16(at: offset)?.bigEndian }
  func native32(at offset: Int) -> UInt32? { wire32(at: offset)?.bigEndian }
  func native64(at offset: Int) -> UInt64? { wire64(at: offset)?.bigEndian }

  func nativeAddress(at offset: Int) -> IPAddress? {
    guard let high = native64(at: offset), let low = native64(at: offset + 8) else { return nil }
    return IPAddress(high: high, low: low)
  }
}

extension [UInt8] {
  mutating func append(native number: some FixedWidthInteger) { append(wire: number.bigEndian) }

  mutating func append(native address: IPAddress) {
    append(native: address.high)
    append(native: address.low)
  }

  /// Highest byte first.
  mutating func append<Number: FixedWidthInteger>(wire number: Number) {
    for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}
