/// A host name as a packet gives it: at most 255 bytes, ASCII letters in lower case, without the trailing dot of the
/// root. Fixed storage, no heap.
///
/// Any byte may stand in a name (RFC 2181 §11), and tunnels use that; so nothing but the letters' case is changed. The
/// one exception is a dot *inside* a label, which would look like the border between two: it is kept as byte 0.
public struct HostName: Sendable {
  /// The length limit of names on the wire (RFC 1035 §2.3.4), which their text never exceeds.
  public static let capacity = 255

  @usableFromInline var bytes = InlineArray<255, UInt8>(repeating: 0)
  /// In bytes, 0...255.
  public private(set) var count = 0

  /// The empty name, which is the root's.
  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// The byte at `index`, 0..<`count`.
  ///
  /// Inlinable, as to call it would copy the name.
  @inlinable
  public subscript(index: Int) -> UInt8 {
    @inline(__always) get { bytes[index] }
  }

  /// The name ends in these bytes, whose letters are in lower case.
  @inlinable
  public func hasSuffix(_ suffix: [UInt8]) -> Bool {
    guard suffix.count <= count else { return false }
    let start = count - suffix.count
    for index in suffix.indices where bytes[start + index] != suffix[index] { return false }
    return true
  }

  /// Returns `false`, and leaves the name as it is, if it is full.
  mutating func append(_ byte: UInt8) -> Bool {
    guard count < Self.capacity else { return false }
    bytes[count] = byte.foldedASCII
    count += 1
    return true
  }

  mutating func removeTrailingDot() {
    if count > 0, bytes[count - 1] == UInt8(ascii: ".") { count -= 1 }
  }
}

extension HostName: Equatable {
  public static func == (a: HostName, b: HostName) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a.bytes[index] != b.bytes[index] { return false }
    return true
  }
}

extension HostName: CustomStringConvertible {
  /// As text; bytes that are no visible ASCII character are written `\DDD`, in decimal (RFC 4343 §2.1).
  public var description: String {
    var text = ""
    for index in 0..<count {
      let byte = bytes[index]
      if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "\\") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte)
        text += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
      }
    }
    return text
  }
}
