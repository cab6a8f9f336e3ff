public import SentryPacket

/// Addresses and nets as rules write them.
///
/// IPv4 (docs/Classic.md, "Nets"): `192.0.2.7`, `192.0.2.7/24` (host bits are masked off), `192.0.2.0/255.255.255.0`, `192.0.2.0/` (up to the last 1 bit), `192.0.2.10-192.0.2.20`, `192.0.2.10-20` (the end
/// replaces as many parts as it has). Missing parts are 0; a lone number above 255 is a whole address. IPv6: an
/// address, `2001:db8::/32`, or a range.
public enum NetText {
  /// Addresses of one family; IPv4 nets never span IPv6 addresses.
  public static func range(_ text: Substring) throws(ValueError) -> AddressRange {
    let text = text.trimmed
    if let (address, length) = text.halves(around: "/") { return try net(address, length, in: text) }
    if let (first, last) = text.halves(around: "-") { return try range(from: first, to: last, in: text) }
    let single = try address(text, in: text)
    return AddressRange(prefix: single, length: 128)
  }

  // MARK: Nets

  private static func net(_ start: Substring, _ length: Substring, in text: Substring) throws(ValueError)
    -> AddressRange
  {
    let address = try address(start, in: text)
    guard start.contains(":") else {
      guard let v4 = address.v4 else { throw .notANet(text) }
      return AddressRange(prefix: address, length: 96 + (try prefixLength(length, of: v4, in: text)))
    }
    // A mapped address with a shorter prefix than the mapped block's own would reach into IPv6.
    return AddressRange(prefix: address, length: try prefixLength(length, (address.isIPv4 ? 96 : 0)...128, in: text))
  }

  private static func prefixLength(_ text: Substring, _ limits: ClosedRange<Int>, in whole: Substring)
    throws(ValueError) -> Int
  {
    guard NumberText.isDecimal(text) else { throw .notAPrefixLength(limits, in: whole) }
    guard let length = Int(text), limits.contains(length) else { throw .prefixLength(text, notIn: limits, of: whole) }
    return length
  }

  /// 0...32.
  private static func prefixLength(_ text: Substring, of address: UInt32, in whole: Substring) throws(ValueError) -> Int
  {
    if text.isEmpty { return 32 - address.trailingZeroBitCount }
    if text.contains(".") { return try prefixLength(ofMask: text, in: whole) }
    return try prefixLength(text, 0...32, in: whole)
  }

  private static func prefixLength(ofMask text: Substring, in whole: Substring) throws(ValueError) -> Int {
    let mask = try DottedAddress(text, in: whole).address
    let hostBits = ~mask
    guard hostBits & (hostBits &+ 1) == 0 else { throw .brokenMask(text) }
    return mask.nonzeroBitCount
  }

  // MARK: Ranges

  private static func range(from first: Substring, to last: Substring, in text: Substring) throws(ValueError)
    -> AddressRange
  {
    let start = try address(first, in: text)
    let end = try last.contains(":") ? address(last, in: text) : endAddress(last, after: start, in: text)
    guard start.isIPv4 == end.isIPv4 else { throw .mixedFamilies(text) }
    guard let range = AddressRange(first: start, last: end) else { throw .reversedRange(text) }
    return range
  }

  private static func endAddress(_ text: Substring, after start: IPAddress, in whole: Substring) throws(ValueError)
    -> IPAddress
  {
    guard let v4 = start.v4 else { throw .mixedFamilies(whole) }
    return IPAddress(v4: try DottedAddress(text, in: whole).replacingEnd(of: v4))
  }

  // MARK: Addresses

  private static func address(_ text: Substring, in whole: Substring) throws(ValueError) -> IPAddress {
    guard text.contains(":") else { return IPAddress(v4: try DottedAddress(text, in: whole).address) }
    guard let address = IPAddress(String(text)) else { throw .notANet(whole) }
    return address
  }
}

/// One to four decimal parts of an IPv4 address.
private struct DottedAddress {
  /// Each 0...255, unless there is only one.
  let parts: [UInt32]

  init(_ text: Substring, in whole: Substring) throws(ValueError) {
    var parts: [UInt32] = []
    for part in text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false) {
      guard NumberText.isDecimal(part), let number = UInt32(part) else { throw .notANet(whole) }
      parts.append(number)
    }
    guard (1...4).contains(parts.count), parts.count == 1 || parts.allSatisfy({ $0 <= 255 }) else {
      throw .notANet(whole)
    }
    self.parts = parts
  }

  /// Missing parts are 0; a lone number above 255 is the whole address.
  var address: UInt32 {
    if let whole { return whole }
    return joined << UInt32(8 * (4 - parts.count))
  }

  /// The last parts of `start` replaced by these.
  func replacingEnd(of start: UInt32) -> UInt32 {
    if let whole { return whole }
    let replaced = UInt32(8 * parts.count)
    return (start >> replaced) << replaced | joined
  }

  private var whole: UInt32? {
    parts.count == 1 ? parts.first.flatMap { $0 > 255 ? $0 : nil } : nil
  }

  private var joined: UInt32 { parts.reduce(0) { $0 << 8 | $1 } }
}
