public import SentryPacket

extension NetText {
  /// The shortest text that reads as `range`: one address, a net, or both ends.
  public static func text(of range: AddressRange) -> String {
    if range.first == range.last { return "\(range.first)" }
    let bits = range.first.isIPv4 ? 96 : 0
    for length in bits...127 where AddressRange(prefix: range.first, length: length) == range {
      return "\(range.first)/\(length - bits)"
    }
    return "\(range.first)-\(range.last)"
  }
}
