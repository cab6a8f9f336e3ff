/// The web page that stands in for one the firewall does not let through: an HTTP answer with status 403, ready to send
/// (RFC 9110 §15.5.4). Made when rules are loaded, off the packet thread.
public struct BlockedPage: Sendable, Equatable {
  /// The longest text or page a document may give, in bytes of UTF-8.
  public static let longestText = 8192

  /// Status line, fields and page.
  public let response: [UInt8]

  /// - Parameter text: what the page says in place of our words; a whole page if it begins with `<`.
  public init(_ text: String? = nil) {
    let page = Array(Self.page(text).utf8)
    let head = """
      HTTP/1.0 403 Forbidden\r
      Content-Type: text/html; charset=utf-8\r
      Content-Length: \(page.count)\r
      Cache-Control: no-store\r
      Expires: 0\r
      Connection: close\r
      \r

      """
    response = Array(head.utf8) + page
  }

  private static func page(_ text: String?) -> String {
    guard let text, !text.isEmpty else {
      return page(saying: "This page was blocked by a firewall.")
    }
    let start = text.first { !$0.isWhitespace }
    return start == "<" ? text : page(saying: escaped(text))
  }

  private static func page(saying words: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>Page blocked</title><style>
    body { margin: 0; background: #000; color: #ddd; font: 1.25em sans-serif; text-align: center }
    p { margin: 30vh 0 0; padding: 1em; border: solid #777; border-width: 0.5em 0 }
    </style></head><body><p>\(words)</p></body></html>

    """
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
  }
}

// MARK: - In segments

extension BlockedPage {
  /// What the 1280 bytes of any link leave behind the headers of IPv6 and TCP; for IPv4 it is the same.
  static let bytesPerSegment = PacketBuffer.longestPacket - IPv6Layout.headerLength - TCPLayout.minimumHeader

  /// Segments that carry the answer; the last one ends the stream.
  public var segmentCount: Int { (response.count + Self.bytesPerSegment - 1) / Self.bytesPerSegment }

  fileprivate func segment(_ number: Int) -> Range<Int> {
    let start = min(number * Self.bytesPerSegment, response.count)
    return start..<min(start + Self.bytesPerSegment, response.count)
  }
}

extension PacketBuffer {
  /// Makes one segment of the page that answers a request; together they acknowledge the request, and the last has FIN.
  ///
  /// - Parameters:
  ///   - number: 0..<`page.segmentCount`; any other makes nothing.
  ///   - frame: the frame that `packet` was decoded from.
  /// - Returns: false if there is none: as for `writeAcknowledgement`.
  public mutating func write(
    _ page: BlockedPage, segment number: Int, answering packet: borrowing PacketFields, in frame: RawSpan
  ) -> Bool {
    clear()
    guard (0..<page.segmentCount).contains(number), let numbers = TCPNumbers(of: packet, in: frame), numbers.hasACK,
      numbers.flags & TCPFlag.rst == 0
    else { return false }
    let bytes = page.segment(number)
    let isLast = bytes.upperBound == page.response.count
    writeSegment(
      answering: packet, flags: TCPFlag.psh | TCPFlag.ack | (isLast ? TCPFlag.fin : 0),
      sequence: numbers.acknowledgement &+ UInt32(truncatingIfNeeded: bytes.lowerBound),
      acknowledgement: numbers.next, payload: page.response[bytes])
    return true
  }
}
