/// An IPv4 or IPv6 address as one 128-bit number.
///
/// IPv4 addresses are kept IPv4-mapped (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2), so one comparison, one hash and one range
/// serve both families, and a mapped address counts as the IPv4 address it stands for.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  /// The first eight bytes in network order, read as one number.
  public let high: UInt64
  /// The last eight bytes; of an IPv4 address `0x0000_ffff_aabb_ccdd`.
  public let low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The IPv4 address with this value in host order (`192.0.2.1` is `0xC000_0201`).
  @inlinable
  public init(v4 value: UInt32) {
    self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(value))
  }

  /// True for IPv4 and for IPv4-mapped IPv6 addresses.
  @inlinable
  public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// The IPv4 address in host order, `nil` for any other address.
  @inlinable
  public var v4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

  /// Keeps the first `length` bits (0...128, counted in the 128-bit form) and clears the rest.
  @inlinable
  public func masked(to length: Int) -> IPAddress {
    let length = Swift.max(0, Swift.min(128, length))
    // Swift's shifts are smart: shifting by 64 gives 0.
    let highMask: UInt64 = length >= 64 ? .max : ~(UInt64.max >> UInt64(length))
    let lowMask: UInt64 = length <= 64 ? 0 : ~(UInt64.max >> UInt64(length - 64))
    return IPAddress(high: high & highMask, low: low & lowMask)
  }

  /// The last address that shares the first `length` bits (0...128, counted in the 128-bit form).
  public func last(ofPrefix length: Int) -> IPAddress {
    let length = Swift.max(0, Swift.min(128, length))
    let highRest: UInt64 = length >= 64 ? 0 : UInt64.max >> UInt64(length)
    let lowRest: UInt64 = length <= 64 ? .max : UInt64.max >> UInt64(length - 64)
    return IPAddress(high: high | highRest, low: low | lowRest)
  }
}

extension IPAddress: Comparable {
  /// Unsigned order of the 128-bit numbers; IPv4 addresses stand together.
  @inlinable
  public static func < (a: IPAddress, b: IPAddress) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }
}

extension IPAddress {
  /// Can be the address of one host: not multicast, broadcast or unspecified.
  public var isUnicast: Bool {
    if let v4 { return v4 != 0 && v4 >> 28 < 0xE }
    return high >> 56 != 0xFF && !(high == 0 && low == 0)
  }

  /// Of the host itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3); never seen on a wire.
  public var isLoopback: Bool {
    guard let v4 else { return high == 0 && low == 1 }
    return v4 >> 24 == 127
  }

  /// An IPv6 address that means something on one link only (RFC 4291 §2.5.6): all hosts there share one net.
  @inlinable
  public var isIPv6LinkLocal: Bool { high >> 54 == 0x3FA }

  /// An IPv6 address that counts as a whole where others count by their net, for that says nothing of whose it is: all hosts of a link
  /// share one, and so do all of IPv4 whose addresses were translated (`64:ff9b::/96`, RFC 6052 §2.1).
  @inlinable
  public var countsWhole: Bool { isIPv6LinkLocal || (high == 0x0064_FF9B_0000_0000 && low >> 32 == 0) }

  /// From a range set aside for private networks (RFC 1918, RFC 4193) or a single link (RFC 3927, RFC 4291 §2.5.6).
  public var isPrivate: Bool {
    guard let v4 else { return high >> 57 == 0x7E || isIPv6LinkLocal }
    return v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 == 0xC0A8 || v4 >> 16 == 0xA9FE
  }
}
