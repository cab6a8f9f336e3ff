/// Where each field of a DNS message sits, in bytes from its start (RFC 1035 §4.1.1).
private enum DNSLayout {
  static let questionCount = 4
  static let headerLength = 12
  /// Of the length before a message on a stream (RFC 1035 §4.2.2).
  static let streamLength = 2
  static let longestLabel: UInt8 = 63
  /// Both upper bits of a length byte make it the start of a pointer: 14 bits, in bytes from the start of the message
  /// (RFC 1035 §4.1.4). One of them alone was never put to use.
  static let pointerMark: UInt8 = 0xC0
  static let pointerMask: UInt16 = 0x3FFF
  /// Pointers are for names behind the first, so one is odd already.
  static let mostPointers = 8
}

/// DNS messages (RFC 1035 §4), those of multicast DNS and LLMNR included: they share the format.
public enum DNSMessage {
  /// The name in the first question of the message that `payload` covers, a query or its answer.
  ///
  /// The port does not matter: what is no DNS message hardly ever has a name in this place. `nil` without a question,
  /// for the root's empty name, and for a name that was not captured whole or is longer than names are. Never traps;
  /// looks at a name's bytes and a few pointers.
  ///
  /// - Parameter isStream: the message comes over TCP, its length before it, and starts with the segment.
  public static func firstQuestion(in frame: RawSpan, payload: Range<UInt32>, isStream: Bool) -> HostName? {
    let start = Int(payload.lowerBound) + (isStream ? DNSLayout.streamLength : 0)
    let end = min(Int(payload.upperBound), frame.byteCount)
    guard end - start > DNSLayout.headerLength,
      let questionCount = frame.wire16(at: start + DNSLayout.questionCount), questionCount > 0
    else { return nil }
    return name(in: frame, from: start + DNSLayout.headerLength, message: start..<end)
  }

  /// The labels from byte `start` on, with dots between them.
  ///
  /// Compression pointers are followed wherever they lead in the message: before the first name there is nothing for
  /// them to mean, but some servers follow any, and what they see must be seen here.
  private static func name(in frame: RawSpan, from start: Int, message: Range<Int>) -> HostName? {
    var name = HostName()
    var position = start
    var pointersLeft = DNSLayout.mostPointers
    while position < message.upperBound, let length = frame.wire8(at: position) {
      if length == 0 { return name.isEmpty ? nil : name }
      if length >= DNSLayout.pointerMark {
        guard pointersLeft > 0, position + 2 <= message.upperBound, let pointer = frame.wire16(at: position) else {
          return nil
        }
        pointersLeft -= 1
        position = message.lowerBound + Int(pointer & DNSLayout.pointerMask)
      } else {
        let end = position + 1 + Int(length)
        guard length <= DNSLayout.longestLabel, end <= message.upperBound,
          append(labelAt: position + 1..<end, of: frame, to: &name)
        else { return nil }
        position = end
      }
    }
    return nil
  }

  /// Returns `false` if there is no room for it.
  private static func append(labelAt range: Range<Int>, of frame: RawSpan, to name: inout HostName) -> Bool {
    if !name.isEmpty, !name.append(UInt8(ascii: ".")) { return false }
    for position in range {
      guard let byte = frame.wire8(at: position), name.append(byte.asPartOfLabel) else { return false }
    }
    return true
  }
}

extension UInt8 {
  /// A dot inside a label must not look like the border between two.
  fileprivate var asPartOfLabel: UInt8 { self == UInt8(ascii: ".") ? 0 : self }
}
