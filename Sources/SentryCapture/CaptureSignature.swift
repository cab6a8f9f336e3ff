/// What the first bytes of a file say it is.
enum CaptureSignature: Equatable {
  case pcap(TimestampPrecision)
  case pcapng
  /// Something libpcap will probably refuse, in words for a message.
  case other(String)

  /// How fine the times in the file are; where it is not known, what most captures have.
  var timestampPrecision: TimestampPrecision {
    switch self {
    case .pcap(let precision): precision
    case .pcapng: .nanoseconds
    case .other: .microseconds
    }
  }

  /// Bytes of the start that are looked at.
  static let length = 8

  /// From up to `length` bytes of the start of a file.
  init(_ start: [UInt8]) {
    switch start.prefix(4) {
    case [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0xC3, 0xD4]: self = .pcap(.microseconds)
    case [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D]: self = .pcap(.nanoseconds)
    case [0x0A, 0x0D, 0x0D, 0x0A]: self = .pcapng
    default: self = .other(Self.words(for: start))
    }
  }

  private static func words(for start: [UInt8]) -> String {
    guard !start.isEmpty else { return "an empty file" }
    if let known = otherFormats.first(where: { start.starts(with: $0.start) }) { return known.name }
    let isText = start.allSatisfy { (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }
    if isText { return "text" }
    let hexadecimal = start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "a file that begins with the bytes \(hexadecimal.joined(separator: " "))"
  }

  /// What people pass by mistake, most often a capture they have yet to decompress.
  private static let otherFormats: [(start: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "gzip-compressed data (decompress it with gunzip)"),
    ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard-compressed data (decompress it with unzstd)"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz-compressed data (decompress it with unxz)"),
    ([0x42, 0x5A, 0x68], "bzip2-compressed data (decompress it with bunzip2)"),
    ([0x04, 0x22, 0x4D, 0x18], "LZ4-compressed data (decompress it with unlz4)"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
    (Array("snoop\0\0\0".utf8), "a Sun snoop capture (convert it with editcap)"),
    (Array("GMBU".utf8), "a Microsoft Network Monitor capture (convert it with editcap)"),
    (Array("bplist".utf8), "a binary property list"),
    (Array("<?xml".utf8), "an XML document"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program"),
  ]
}
