/// Where one end of a control connection awaits the data connection.
public struct FTPPlace: Equatable, Sendable {
  /// `nil` where the line names none: that of its sender.
  public var address: IPAddress?
  public var port: UInt16

  public init(address: IPAddress?, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension FTPLine {
  /// `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2, "DATA PORT").
  func hostAndPort(from start: Int) -> FTPPlace? {
    guard !isCut else { return nil }
    var position = start
    guard let address = ipv4(at: &position, separator: UInt8(ascii: ",")) else { return nil }
    var port: UInt16 = 0
    for _ in 0..<2 {
      guard take(UInt8(ascii: ","), at: &position), let part = number(at: &position, upTo: 255) else { return nil }
      port = port << 8 | UInt16(part)
    }
    return FTPPlace(address: address, port: port)
  }

  /// `|1|132.235.1.2|6275|`, with any delimiter (RFC 2428 §2).
  func extendedPlace(from start: Int) -> FTPPlace? {
    guard !isCut, let delimiter = byte(at: start), isDelimiter(delimiter) else { return nil }
    var position = start + 1
    guard let family = number(at: &position, upTo: 2), take(delimiter, at: &position) else { return nil }
    let address = family == 1 ? ipv4(at: &position, separator: Ascii.dot) : family == 2 ? ipv6(at: &position) : nil
    guard let address, take(delimiter, at: &position), let port = number(at: &position, upTo: 65_535),
      take(delimiter, at: &position)
    else { return nil }
    return FTPPlace(address: address, port: UInt16(truncatingIfNeeded: port))
  }

  /// RFC 2428 §2: a visible character.
  func isDelimiter(_ byte: UInt8) -> Bool { (33...126).contains(byte) && Ascii.decimalDigit(byte) == nil }

  /// The decimal number from `position` on, which is left behind its last digit; `nil` without a digit, or beyond `limit`.
  func number(at position: inout Int, upTo limit: UInt32) -> UInt32? {
    var number: UInt32?
    while let digit = byte(at: position).flatMap({ Ascii.decimalDigit($0) }) {
      let longer = (number ?? 0) * 10 + UInt32(digit)
      guard longer <= limit else { return nil }
      number = longer
      position += 1
    }
    return number
  }

  private func take(_ expected: UInt8, at position: inout Int) -> Bool {
    guard byte(at: position) == expected else { return false }
    position += 1
    return true
  }

  /// Four numbers 0...255.
  private func ipv4(at position: inout Int, separator: UInt8) -> IPAddress? {
    var value: UInt32 = 0
    for part in 0..<4 {
      guard part == 0 || take(separator, at: &position), let number = number(at: &position, upTo: 255) else {
        return nil
      }
      value = value << 8 | number
    }
    return IPAddress(v4: value)
  }

  /// The forms of RFC 4291 §2.2, read without the heap: `IPAddress.init(_:)` needs it.
  private func ipv6(at position: inout Int) -> IPAddress? {
    var groups = IPv6Groups()
    if byte(at: position) == Ascii.colon {
      guard byte(at: position + 1) == Ascii.colon else { return nil }
      position += 2
      groups.leaveGap()
    }
    while let group = hexGroup(at: &position) {
      if byte(at: position) == Ascii.dot {
        position = group.start
        guard let tail = ipv4(at: &position, separator: Ascii.dot)?.v4, groups.append(UInt16(tail >> 16)),
          groups.append(UInt16(truncatingIfNeeded: tail))
        else { return nil }
        return groups.address
      }
      guard groups.append(group.value) else { return nil }
      guard take(Ascii.colon, at: &position) else { return groups.address }
      if take(Ascii.colon, at: &position) {
        guard groups.leaveGap() else { return nil }
      } else if byte(at: position).flatMap({ Ascii.hexDigit($0) }) == nil {
        return nil
      }
    }
    return groups.address
  }

  /// One to four digits; `position` is left behind them.
  private func hexGroup(at position: inout Int) -> (value: UInt16, start: Int)? {
    let start = position
    var value: UInt16 = 0
    while position < start + 4, let digit = byte(at: position).flatMap({ Ascii.hexDigit($0) }) {
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return position > start ? (value, start) : nil
  }
}

/// Groups of an IPv6 address, up to eight, and where zeros were left out.
private struct IPv6Groups {
  private var values = InlineArray<8, UInt16>(repeating: 0)
  private var count = 0
  private var gap: Int?

  /// Returns `false` if there are eight.
  mutating func append(_ group: UInt16) -> Bool {
    guard count < 8 else { return false }
    values[count] = group
    count += 1
    return true
  }

  /// Returns `false` if there is one already.
  @discardableResult
  mutating func leaveGap() -> Bool {
    guard gap == nil else { return false }
    gap = count
    return true
  }

  /// `nil` if there are too few groups, or none was left out.
  var address: IPAddress? {
    guard gap == nil ? count == 8 : count < 8 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for place in 0..<8 {
      high = high << 16 | low >> 48
      low = low << 16 | UInt64(group(at: place))
    }
    return IPAddress(high: high, low: low)
  }

  private func group(at place: Int) -> UInt16 {
    guard let gap, place >= gap else { return values[place] }
    let behindGap = place - (8 - count)
    return behindGap >= gap ? values[behindGap] : 0
  }
}
