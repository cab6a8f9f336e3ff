extension AddressRange: CustomStringConvertible {
  /// One address, `net/length` where the range is a network, else `first-last`.
  public var description: String {
    if first == last { return first.description }
    guard let length = prefixLength else { return "\(first)-\(last)" }
    return "\(first)/\(first.isIPv4 ? length - 96 : length)"
  }

  /// Bits of the common prefix, counted in the 128-bit form, if the range is exactly the network with that prefix.
  public var prefixLength: Int? {
    let difference = (high: first.high ^ last.high, low: first.low ^ last.low)
    let length =
      difference.high != 0 ? difference.high.leadingZeroBitCount : 64 + difference.low.leadingZeroBitCount
    guard first.isIPv4 == last.isIPv4, !first.isIPv4 || length >= 96 else { return nil }
    return AddressRange(prefix: first, length: length) == self ? length : nil
  }
}
