internal import Foundation

/// The text of an e-mail as it is stored or sent: its parts decoded (RFC 2045), the plain ones preferred to others.
///
/// A text that is no message is its own only part. Line ends are line feeds afterwards.
struct MailMessage {
  private(set) var text: String
  private(set) var remarks: [String] = []

  init(_ bytes: [UInt8]) {
    text = Self.decoded(bytes)
    let parts = MessagePart.parts(of: text.split(separator: "\n", omittingEmptySubsequences: false))
    if parts.contains(where: { $0.encoding != nil || $0.type != nil }) {
      text = joined(parts)
    } else if QuotedPrintable.isLikely(text) {
      text = decoded(text, .quotedPrintable)
    }
  }

  private mutating func joined(_ parts: [MessagePart]) -> String {
    // The other forms of a message say the same again.
    let hasPlainText = parts.contains { $0.type == "text/plain" }
    return parts.compactMap { part in
      if hasPlainText, let type = part.type, type != "text/plain" { return nil }
      let body = part.lines.joined(separator: "\n")
      return part.encoding.map { decoded(body, $0) } ?? body
    }.joined(separator: "\n")
  }

  private mutating func decoded(_ body: String, _ encoding: MessagePart.Encoding) -> String {
    let bytes =
      switch encoding {
      case .quotedPrintable: QuotedPrintable.decoded(body)
      case .base64: Data(base64Encoded: body, options: .ignoreUnknownCharacters).map(Array.init)
      }
    guard let bytes else { return body }
    let remark = "\(encoding.rawValue) decoded"
    if !remarks.contains(remark) { remarks.append(remark) }
    return Self.decoded(bytes)
  }

  /// UTF-8, else the Windows code page that mail without a word about it is written in. Line ends become line feeds.
  private static func decoded(_ bytes: [UInt8]) -> String {
    let text = String(validating: bytes, as: UTF8.self) ?? String(bytes: bytes, encoding: .windowsCP1252)
    return (text ?? String(decoding: bytes, as: UTF8.self)).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }
}

/// A piece of a message with what its header says about it.
private struct MessagePart {
  enum Encoding: String {
    case quotedPrintable = "quoted-printable"
    case base64
  }

  /// `text/plain`, in lower case; `nil` where there is no header.
  var type: String?
  /// `nil` for a body that stands as it is.
  var encoding: Encoding?
  var lines: [Substring] = []

  /// What stands between headers and boundaries.
  static func parts(of lines: [Substring]) -> [MessagePart] {
    var parts = [MessagePart()]
    var boundaries: Set<Substring> = []
    var position = 0
    while position < lines.count {
      let header = MessageHeader(at: position, of: lines)
      if let header {
        parts.append(MessagePart(type: header.type, encoding: header.encoding))
        if let boundary = header.boundary { boundaries.insert("--" + boundary) }
        position = header.end
        continue
      }
      if boundaries.contains(where: lines[position].hasPrefix) {
        parts.append(MessagePart())
      } else {
        parts[parts.count - 1].lines.append(lines[position])
      }
      position += 1
    }
    return parts
  }
}

/// The lines of a header, up to the empty one.
private struct MessageHeader {
  private(set) var type: String?
  private(set) var encoding: MessagePart.Encoding?
  private(set) var boundary: Substring?
  /// The line after it.
  private(set) var end: Int

  private static let fields = ["content-type", "content-transfer-encoding"]

  /// `nil` if none that says anything about its body begins at this line.
  init?(at start: Int, of lines: [Substring]) {
    guard start == 0 || lines[start - 1].isEmpty || lines[start - 1].hasPrefix("--"),
      Self.name(of: lines[start]) != nil
    else { return nil }
    end = start
    var isAboutBody = false
    while end < lines.count, !lines[end].isEmpty {
      // Lines that begin with a blank go on with the field above them (RFC 5322 §2.2.3).
      let isContinued = lines[end].first == " " || lines[end].first == "\t"
      guard isContinued || Self.name(of: lines[end]) != nil else { return nil }
      let isOurs = Self.name(of: lines[end]).map(Self.fields.contains) ?? false
      isAboutBody = isAboutBody || isOurs
      if isOurs || isContinued { read(lines[end]) }
      end += 1
    }
    guard isAboutBody else { return nil }
    end = min(end + 1, lines.count)
  }

  private static func name(of line: Substring) -> String? {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
    let name = line[..<colon]
    return name.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? name.lowercased() : nil
  }

  private mutating func read(_ line: Substring) {
    let words = line.split { " \t;".contains($0) }
    for word in words {
      let lower = word.lowercased()
      if type == nil, lower.contains("/"), Self.name(of: line) == "content-type" { type = lower }
      if let known = MessagePart.Encoding(rawValue: lower) { encoding = known }
      if lower.hasPrefix("boundary=") {
        let value = word.dropFirst("boundary=".count).filter { $0 != "\"" }
        if !value.isEmpty { boundary = Substring(value) }
      }
    }
  }
}

/// Text in which signs are written as `=` and two hexadecimal digits, and a `=` at the end of a line joins it to the next
/// (RFC 2045 §6.7).
enum QuotedPrintable {
  /// Its own sign of equality is written `=3D`.
  static func isLikely(_ text: String) -> Bool { text.contains("=3D") || text.contains("=3d") }

  /// What is no code stays: people cut and mend.
  static func decoded(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "=") {
        if offset + 2 < bytes.count, let high = digit(bytes[offset + 1]), let low = digit(bytes[offset + 2]) {
          result.append(high << 4 | low)
          offset += 3
          continue
        }
        // Programs on the way may have added blanks.
        if let next = TextLine.next(after: offset + 1, of: bytes) {
          offset = next
          continue
        }
      }
      result.append(bytes[offset])
      offset += 1
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
