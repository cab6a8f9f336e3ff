/// Why a text is not an address, a net or a range.
public enum AddressRangeTextError: Error, Equatable, Sendable {
  case notAnAddress
  /// A prefix that is not a number from 0 to `limit`.
  case badLength(limit: Int)
  case reversed
  case mixedFamilies

  /// What people write, for messages.
  public static let acceptedForms =
    "an address (192.0.2.7, 2001:db8::7), a net (192.0.2.0/24), or a range (192.0.2.10-192.0.2.20, 192.0.2.10-20)"

  /// Quotes what was found and says what would be accepted.
  public func message(about text: some StringProtocol) -> String {
    switch self {
    case .notAnAddress: "'\(text)' is no address; expected \(Self.acceptedForms)"
    case .badLength(let limit): "the length of the net '\(text)' must be a number from 0 to \(limit)"
    case .reversed: "the range '\(text)' ends before it begins"
    case .mixedFamilies: "the range '\(text)' must begin and end in the same family, IPv4 or IPv6"
    }
  }
}

extension AddressRange {
  /// Reads what a person writes for some addresses: `192.0.2.7`, `192.0.2.7/24` (bits behind the length are cleared),
  /// `192.0.2.10-192.0.2.20`, `192.0.2.10-20` (the end replaces as many parts as it has), and the same in IPv6, where an end
  /// is always whole. Blanks around, and around the `-` and `/`, do not count.
  ///
  /// `description` writes what this reads as the same range.
  public init(_ text: some StringProtocol) throws(AddressRangeTextError) {
    try self.init(utf8: Array(text.utf8)[...])
  }

  /// The same from bytes.
  public init(utf8 text: ArraySlice<UInt8>) throws(AddressRangeTextError) {
    let text = text.withoutBlanks
    if let (address, length) = text.halves(around: Ascii.slash) {
      self = try Self.net(address, length)
    } else if let (first, last) = text.halves(around: Ascii.hyphen) {
      self = try Self.range(first, last)
    } else {
      self.init(prefix: try Self.address(text), length: 128)
    }
  }

  private static func address(_ text: ArraySlice<UInt8>) throws(AddressRangeTextError) -> IPAddress {
    guard let address = IPAddress(utf8: text) else { throw .notAnAddress }
    return address
  }

  private static func net(
    _ start: ArraySlice<UInt8>, _ length: ArraySlice<UInt8>
  ) throws(AddressRangeTextError) -> AddressRange {
    let address = try address(start)
    // A mapped address is written with the length of an IPv6 net; one shorter than the mapped block would reach out of IPv4.
    let isDotted = !start.contains(Ascii.colon)
    let limit = isDotted ? 32 : 128
    guard let length = decimal(length, limit: limit) else { throw .badLength(limit: limit) }
    let bits = isDotted ? 96 + length : length
    guard !address.isIPv4 || bits >= 96 else { throw .mixedFamilies }
    return AddressRange(prefix: address, length: bits)
  }

  private static func range(
    _ start: ArraySlice<UInt8>, _ end: ArraySlice<UInt8>
  ) throws(AddressRangeTextError) -> AddressRange {
    let first = try address(start)
    let last = try end.contains(Ascii.colon) ? address(end) : lastAddress(end, after: first)
    guard first.isIPv4 == last.isIPv4 else { throw .mixedFamilies }
    guard let range = AddressRange(first: first, last: last) else { throw .reversed }
    return range
  }

  /// The end of an IPv4 range, whole or in its last parts.
  private static func lastAddress(
    _ text: ArraySlice<UInt8>, after first: IPAddress
  ) throws(AddressRangeTextError) -> IPAddress {
    guard let parts = DottedParts(text) else { throw .notAnAddress }
    guard let start = first.v4 else { throw .mixedFamilies }
    let replaced = UInt32(8 * parts.count)
    return IPAddress(v4: (start >> replaced) << replaced | parts.value)
  }

  private static func decimal(_ text: ArraySlice<UInt8>, limit: Int) -> Int? {
    guard (1...3).contains(text.count) else { return nil }
    var value = 0
    for character in text {
      guard let digit = Ascii.decimalDigit(character) else { return nil }
      value = value * 10 + Int(digit)
    }
    return value <= limit ? value : nil
  }
}

extension ArraySlice<UInt8> {
  /// Without blanks at both ends.
  fileprivate var withoutBlanks: ArraySlice<UInt8> {
    var slice = self
    while slice.first == Ascii.blank { slice.removeFirst() }
    while slice.last == Ascii.blank { slice.removeLast() }
    return slice
  }

  /// The two sides of the first `separator`; `nil` without one.
  fileprivate func halves(around separator: UInt8) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    guard let middle = firstIndex(of: separator) else { return nil }
    return (self[..<middle].withoutBlanks, self[(middle + 1)...].withoutBlanks)
  }
}
