public import SentryPacket

/// What a table remembers of an address, as a copy.
public struct AddressEntry: Hashable, Sendable {
  /// The address, or the first of an IPv6 net.
  public var address: IPAddress
  /// Bits that count, in the 128-bit form: 128 for one address, less for an IPv6 net.
  public var prefixLength: Int
  /// 1 for the packet that made the entry, and 1 for each `Include` that found it.
  public var matchCount: UInt64
  /// When it was made, kept again or found.
  public var lastTime: Timestamp
  public var duration: AddressDuration
  /// The label of the rule that kept it last.
  public var triggeredBy: UInt32

  public init(
    address: IPAddress, prefixLength: Int = 128, matchCount: UInt64, lastTime: Timestamp, duration: AddressDuration,
    triggeredBy: UInt32
  ) {
    self.address = address
    self.prefixLength = prefixLength
    self.matchCount = matchCount
    self.lastTime = lastTime
    self.duration = duration
    self.triggeredBy = triggeredBy
  }

  /// The addresses it stands for.
  public var range: AddressRange { AddressRange(prefix: address, length: prefixLength) }
}

extension AddressEntry: Comparable {
  /// By address; of two nets with the same first address, the larger comes first.
  public static func < (a: AddressEntry, b: AddressEntry) -> Bool {
    a.address != b.address ? a.address < b.address : a.prefixLength < b.prefixLength
  }
}
