// The text forms of addresses: read per RFC 4291 §2.2, written per RFC 5952 §4.

extension IPAddress {
  /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1`; `nil` for anything else.
  ///
  /// IPv4 takes exactly four decimal parts 0...255 without leading zeros (which some programs read as octal). IPv6
  /// takes every form of RFC 4291 §2.2, without a zone (`%eth0`) or a prefix length.
  public init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

  /// The same from bytes, at a fraction of the cost for IPv4.
  public init?(utf8 text: ArraySlice<UInt8>) {
    if let value = Self.ipv4Value(of: text) {
      self.init(v4: value)
    } else if let groups = Self.ipv6Groups(of: text) {
      self.init(groups: groups)
    } else {
      return nil
    }
  }

  /// Eight groups of 16 bits, in the order they are written; `nil` for another number of groups.
  private init?(groups: [UInt16]) {
    guard groups.count == 8 else { return nil }
    func word(_ groups: ArraySlice<UInt16>) -> UInt64 { groups.reduce(0) { $0 << 16 | UInt64($1) } }
    self.init(high: word(groups[..<4]), low: word(groups[4...]))
  }

  /// The value in host order of four decimal parts.
  private static func ipv4Value(of text: ArraySlice<UInt8>) -> UInt32? {
    DottedParts(text).flatMap { $0.count == 4 ? $0.value : nil }
  }

  /// The eight groups of an IPv6 address, a `::` written out.
  private static func ipv6Groups(of text: ArraySlice<UInt8>) -> [UInt16]? {
    guard text.count <= 45 else { return nil }
    guard let gap = text.indices.dropLast().first(where: { text[$0] == Ascii.colon && text[$0 + 1] == Ascii.colon })
    else { return plainGroups(of: text, mayEndInIPv4: true) }

    let before = text[..<gap]
    let after = text[(gap + 2)...]
    guard let head = before.isEmpty ? [] : plainGroups(of: before, mayEndInIPv4: false),
      let tail = after.isEmpty ? [] : plainGroups(of: after, mayEndInIPv4: true),
      head.count + tail.count < 8
    else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// Groups joined by single colons, the last two of them perhaps as a dotted IPv4 address.
  private static func plainGroups(of text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt16]? {
    var groups: [UInt16] = []
    let parts = text.split(separator: Ascii.colon, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if let group = hexGroup(part) {
        groups.append(group)
      } else if mayEndInIPv4, index == parts.count - 1, let value = ipv4Value(of: part) {
        groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
      } else {
        return nil
      }
    }
    return groups
  }

  private static func hexGroup(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for character in text {
      guard let digit = Ascii.hexDigit(character) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}

extension IPAddress: CustomStringConvertible {
  /// `192.0.2.1` for IPv4 and IPv4-mapped addresses, else the canonical IPv6 form of RFC 5952 §4.
  public var description: String {
    guard let v4 else { return ipv6Text }
    return "\(v4 >> 24).\(v4 >> 16 & 0xFF).\(v4 >> 8 & 0xFF).\(v4 & 0xFF)"
  }

  private var ipv6Text: String {
    let groups = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    let gap = Self.longestZeroRun(in: groups)
    return gap.count < 2 ? text(0..<8) : "\(text(0..<gap.lowerBound))::\(text(gap.upperBound..<8))"
  }

  /// The longest run of zero groups, of equally long ones the first (RFC 5952 §4.2.3).
  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 {
        start = index + 1
      } else if index + 1 - start > longest.count {
        longest = start..<index + 1
      }
    }
    return longest
  }
}

/// One to four decimal parts 0...255 with dots between, without leading zeros: `192.0.2.7`, or the `2.20` in
/// `192.0.2.10-2.20`.
struct DottedParts {
  /// The parts one after the other, eight bits each.
  private(set) var value: UInt32 = 0
  private(set) var count = 0

  init?(_ text: ArraySlice<UInt8>) {
    // Longer text cannot be an address; said first, so that hostile lengths cost nothing.
    guard text.count <= 15 else { return nil }
    var part: UInt32?
    for character in text {
      if character == Ascii.dot {
        guard let whole = part, append(whole), count < 4 else { return nil }
        part = nil
        continue
      }
      guard let digit = Ascii.decimalDigit(character), part != 0 else { return nil }
      let longer = (part ?? 0) * 10 + UInt32(digit)
      guard longer <= 255 else { return nil }
      part = longer
    }
    guard let last = part, append(last) else { return nil }
  }

  private mutating func append(_ part: UInt32) -> Bool {
    value = value << 8 | part
    count += 1
    return count <= 4
  }
}

/// Characters of address texts.
enum Ascii {
  static let dot = UInt8(ascii: ".")
  static let colon = UInt8(ascii: ":")
  static let hyphen = UInt8(ascii: "-")
  static let slash = UInt8(ascii: "/")
  static let blank = UInt8(ascii: " ")

  /// The value of a decimal digit.
  static func decimalDigit(_ character: UInt8) -> UInt8? {
    let value = character &- UInt8(ascii: "0")
    return value < 10 ? value : nil
  }

  /// The value of a hexadecimal digit of either case.
  static func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
