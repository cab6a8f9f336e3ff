internal import SentryPacket

/// One IPv4 address, or one IPv6 net.
struct AddressKey: TableKey {
  let high: UInt64
  let low: UInt64
  /// In the 128-bit form, 1...128.
  let prefixLength: UInt8

  /// An IPv4 address always counts as a whole.
  @inline(__always)
  init(_ address: IPAddress, ipv6PrefixLength: UInt8) {
    let length = address.isIPv4 ? 128 : ipv6PrefixLength
    let masked = length == 128 ? address : address.masked(to: Int(length))
    high = masked.high
    low = masked.low
    prefixLength = length
  }

  /// The key that a packet's source is kept by: its net stands for one host, unless many share it.
  @inline(__always)
  init(source: IPAddress, ipv6PrefixLength: UInt8) {
    self.init(source, ipv6PrefixLength: source.countsWhole ? 128 : ipv6PrefixLength)
  }

  /// The key of an entry that a packet has made.
  init(_ range: AddressRange) {
    self.init(range.first, ipv6PrefixLength: UInt8(clamping: range.prefixLength ?? 128))
  }

  var address: IPAddress { IPAddress(high: high, low: low) }
  var net: AddressNet { AddressNet(address, length: prefixLength) }
  var range: AddressRange { AddressRange(prefix: address, length: Int(prefixLength)) }

  @inline(__always)
  func hash(_ seed: HashSeed) -> UInt64 {
    fold(fold(high ^ seed.first, low ^ seed.second) ^ UInt64(prefixLength), seed.third)
  }
}

/// An entry as an address table stores it: 40 bytes.
struct AddressRecord: LinkedEntry {
  let key: AddressKey
  /// Since it was last copied for somebody who saves the table; so is a slot that is free since then.
  var isChanged = true
  var expiryClass = ExpiryClass.free
  var triggeredBy: UInt32
  var matchCount: UInt64 = 1
  var lastNanoseconds: Int64 = 0

  init(key: AddressKey, triggeredBy: UInt32) {
    self.key = key
    self.triggeredBy = triggeredBy
  }

  var isIPv4: Bool { key.address.isIPv4 }

  @inline(__always)
  mutating func noteRemoval() { isChanged = true }

  /// A copy for others, with the lifetime of its class in nanoseconds.
  func entry(lifetime: Int64) -> AddressEntry {
    AddressEntry(
      range: key.range, matchCount: matchCount, lastTime: Timestamp(nanoseconds: lastNanoseconds),
      duration: AddressDuration(nanoseconds: lifetime), triggeredBy: triggeredBy)
  }
}
