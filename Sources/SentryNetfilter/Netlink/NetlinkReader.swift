internal import CNftables
internal import SentryPacket

/// Reads messages of the kernel's packet filter. Whatever is damaged is left out.
enum NetlinkReader {
  /// In bytes.
  private enum Header {
    static let length = 16  // length 4, type 2, flags 2, sequence 4, port 4
    static let typeOffset = 4
    static let flagsOffset = 6
    static let familyLength = 4  // family 1, version 1, resource 2
    static let attributeLength = 4  // length 2, type 2
  }

  struct Message {
    var type: UInt16
    var flags: UInt16
    /// 0 where the message is too short to have one.
    var family: UInt8
    /// The place of what follows the netlink header.
    var content: Range<Int>
    /// The place of the attributes, behind the header of the packet filter's messages.
    var attributes: Range<Int>
  }

  /// The two upper bits of an attribute's type are flags.
  private static let attributeTypeMask: UInt16 = 0x3FFF

  static func forEachMessage(_ bytes: RawSpan, _ body: (Message) -> Void) {
    var position = 0
    while let length = bytes.host32(at: position).map({ Int($0) }), length >= Header.length,
      length <= bytes.byteCount - position, let type = bytes.host16(at: position + Header.typeOffset),
      let flags = bytes.host16(at: position + Header.flagsOffset)
    {
      let content = (position + Header.length)..<(position + length)
      let attributes = min(content.lowerBound + Header.familyLength, content.upperBound)..<content.upperBound
      let family = content.isEmpty ? 0 : bytes.wire8(at: content.lowerBound) ?? 0
      body(Message(type: type, flags: flags, family: family, content: content, attributes: attributes))
      position += (length + 3) & ~3
    }
  }

  static func forEachAttribute(_ bytes: RawSpan, _ range: Range<Int>, _ body: (UInt16, Range<Int>) -> Void) {
    var position = range.lowerBound
    while let length = bytes.host16(at: position).map({ Int($0) }), let type = bytes.host16(at: position + 2),
      length >= Header.attributeLength, position + length <= range.upperBound
    {
      body(type & attributeTypeMask, (position + Header.attributeLength)..<(position + length))
      position += (length + 3) & ~3
    }
  }

  /// The first attribute of that type.
  static func attribute(_ type: UInt16, _ bytes: RawSpan, in range: Range<Int>) -> Range<Int>? {
    var found: Range<Int>?
    forEachAttribute(bytes, range) { if $0 == type, found == nil { found = $1 } }
    return found
  }

  /// Up to the terminating zero.
  static func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    var text: [UInt8] = []
    for position in range {
      guard let byte = bytes.wire8(at: position), byte != 0 else { break }
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func copy(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] { range.compactMap { bytes.wire8(at: $0) } }
}

extension RawSpan {
  /// A number in the byte order of the host.
  func host16(at offset: Int) -> UInt16? { wire16(at: offset).map { UInt16(bigEndian: $0) } }

  func host32(at offset: Int) -> UInt32? { wire32(at: offset).map { UInt32(bigEndian: $0) } }
}
