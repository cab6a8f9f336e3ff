/// What a line of a server means to a firewall (RFC 959 §4.2).
public struct FTPReply: Equatable, Sendable {
  /// 100...599.
  public let code: UInt16
  /// More lines follow, up to one that begins with the same code and a blank.
  public let isContinued: Bool
  /// Where the server awaits the data connection: of 227 and 229, if it can be read.
  public let place: FTPPlace?

  public static let enteringPassiveMode: UInt16 = 227
  public static let enteringExtendedPassiveMode: UInt16 = 229
  /// From here on everything is encrypted (RFC 4217 §4).
  public static let securityDataExchanged: UInt16 = 234

  /// `nil` for a line without a code: one in the middle of a reply, or none of FTP.
  public init?(_ line: borrowing FTPLine) {
    var position = 0
    guard let code = line.number(at: &position, upTo: 599), position == 3, code >= 100 else { return nil }
    let next = line.byte(at: position)
    guard next == nil || next == UInt8(ascii: " ") || next == UInt8(ascii: "-") else { return nil }
    self.code = UInt16(truncatingIfNeeded: code)
    isContinued = next == UInt8(ascii: "-")
    place =
      switch self.code {
      case Self.enteringPassiveMode: line.passivePlace(from: position)
      case Self.enteringExtendedPassiveMode: line.extendedPassivePlace(from: position)
      default: nil
      }
  }
}

extension FTPLine {
  /// Servers put the numbers where they like: they begin with the first digit (RFC 1123 §4.1.2.6).
  fileprivate func passivePlace(from start: Int) -> FTPPlace? {
    var position = start
    while let byte = byte(at: position), Ascii.decimalDigit(byte) == nil { position += 1 }
    return hostAndPort(from: position)
  }

  /// `(|||6446|)`, with any delimiter (RFC 2428 §3).
  fileprivate func extendedPassivePlace(from start: Int) -> FTPPlace? {
    var position = start
    while let byte = byte(at: position), byte != UInt8(ascii: "(") { position += 1 }
    guard !isCut, let delimiter = byte(at: position + 1), isDelimiter(delimiter), byte(at: position + 2) == delimiter,
      byte(at: position + 3) == delimiter
    else { return nil }
    position += 4
    guard let port = number(at: &position, upTo: 65_535), byte(at: position) == delimiter,
      byte(at: position + 1) == UInt8(ascii: ")")
    else { return nil }
    return FTPPlace(address: nil, port: UInt16(truncatingIfNeeded: port))
  }
}
