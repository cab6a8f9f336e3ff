/// Where each field of a DNS message sits, in bytes from its start (RFC 1035 §4.1.1).
private enum DNSLayout {
  static let questionCount = 4
  static let headerLength = 12
  /// Of the length before a message on a stream (RFC 1035 §4.2.2).
  static let streamLength = 2
  /// The upper two bits of a length byte mark compression pointers and types never put to use (RFC 1035 §4.1.4).
  static let longestLabel: UInt8 = 63
}

/// DNS messages (RFC 1035 §4), those of multicast DNS and LLMNR included: they share the format.
public enum DNSMessage {
  /// The name in the first question of the message that `payload` covers, a query or its answer.
  ///
  /// The port does not matter: what is no DNS message hardly ever has a name in this place. `nil` without a question,
  /// for the root's empty name, and for a name that was not captured whole, is too long or holds a compression pointer:
  /// nothing stands before the first name that a pointer could mean. Never traps; at most 255 bytes are looked at.
  ///
  /// - Parameter isStream: the message comes over TCP, its length before it, and starts with the segment.
  public static func firstQuestion(in frame: RawSpan, payload: Range<UInt32>, isStream: Bool) -> HostName? {
    let start = Int(payload.lowerBound) + (isStream ? DNSLayout.streamLength : 0)
    let end = min(Int(payload.upperBound), frame.byteCount)
    guard end - start > DNSLayout.headerLength,
      let questionCount = frame.wire16(at: start + DNSLayout.questionCount), questionCount > 0
    else { return nil }
    return name(in: frame, from: start + DNSLayout.headerLength, to: end)
  }

  /// The labels from byte `start` on, with dots between them.
  private static func name(in frame: RawSpan, from start: Int, to end: Int) -> HostName? {
    var name = HostName()
    var position = start
    while position < end, let length = frame.wire8(at: position) {
      if length == 0 { return name.isEmpty ? nil : name }
      guard length <= DNSLayout.longestLabel, position + 1 + Int(length) <= end else { return nil }
      if !name.isEmpty, !name.append(UInt8(ascii: ".")) { return nil }
      for offset in 1...Int(length) {
        guard let byte = frame.wire8(at: position + offset), name.append(byte.asPartOfLabel) else { return nil }
      }
      position += 1 + Int(length)
    }
    return nil
  }
}

extension UInt8 {
  /// A dot inside a label must not look like the border between two.
  fileprivate var asPartOfLabel: UInt8 { self == UInt8(ascii: ".") ? 0 : self }
}
