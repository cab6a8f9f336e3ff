/// The start of an HTTP/1 request (RFC 9112 §2.1): a request line, then header fields, a line each.
public enum HTTPRequest {
  /// Where `keyword` first stands in what the request asks for, in bytes from the first payload byte: in the request
  /// line behind the method, or in a `Host` field (RFC 9110 §7.2). `nil` if it is in neither, or the payload does not
  /// start with a request.
  ///
  /// Only this segment is looked at. A request line that goes on in the next one counts as far as it goes. Never
  /// traps; linear in the payload.
  ///
  /// - Parameter keyword: at least one byte, ASCII letters in lower case; the request may have them in either case.
  public static func position(of keyword: [UInt8], in frame: RawSpan, payload: Range<UInt32>) -> Int? {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    var line = frame.line(from: frame.firstLine(from: start, to: end), to: end)
    guard !keyword.isEmpty, let target = frame.requestTarget(in: line) else { return nil }
    if let found = frame.position(of: keyword, in: target) { return found - start }
    while line.isComplete {
      line = frame.line(from: line.next, to: end)
      if line.content.isEmpty { return nil }
      guard let host = frame.hostField(in: line.content) else { continue }
      if let found = frame.position(of: keyword, in: host) { return found - start }
    }
    return nil
  }

  /// Whether the payload starts with what may be a request: any keyword can be found in no other.
  ///
  /// Never traps; linear in the first line.
  public static func asks(in frame: RawSpan, payload: Range<UInt32>) -> Bool {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    return frame.requestTarget(in: frame.line(from: frame.firstLine(from: start, to: end), to: end)) != nil
  }

  /// Whether the payload starts with a request: a whole request line, or one that goes on in the next segment and asks for a
  /// path or a web address so far.
  ///
  /// Never traps; linear in the first line.
  public static func begins(in frame: RawSpan, payload: Range<UInt32>) -> Bool {
    let start = Int(payload.lowerBound)
    let end = min(Int(payload.upperBound), frame.byteCount)
    let line = frame.line(from: frame.firstLine(from: start, to: end), to: end)
    guard let target = frame.requestTarget(in: line) else { return false }
    // "/", "http" or "HTTP": the first words of other protocols are lines of their own.
    return line.isComplete || frame.wire8(at: target.lowerBound + 1) == UInt8(ascii: "/")
      || frame.wire32(at: target.lowerBound + 1).map { $0 | 0x2020_2020 == 0x6874_7470 } == true
  }
}

/// One line of a request, in bytes from the start of the frame.
private struct Line {
  /// Without its end.
  let content: Range<Int>
  let next: Int
  /// Its end was captured.
  let isComplete: Bool
}

private enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
}

extension RawSpan {
  /// Servers skip empty lines before a request (RFC 9112 §2.2).
  fileprivate func firstLine(from start: Int, to end: Int) -> Int {
    var position = start
    while position < end, let byte = wire8(at: position), byte == ASCII.carriageReturn || byte == ASCII.lineFeed {
      position += 1
    }
    return position
  }

  /// Lines end in CR LF, which a LF alone may stand for (RFC 9112 §2.2).
  fileprivate func line(from start: Int, to end: Int) -> Line {
    guard let lineFeed = position(of: ASCII.lineFeed, from: start, to: end) else {
      return Line(content: start..<max(start, end), next: end, isComplete: false)
    }
    let hasReturn = lineFeed > start && wire8(at: lineFeed - 1) == ASCII.carriageReturn
    return Line(content: start..<(hasReturn ? lineFeed - 1 : lineFeed), next: lineFeed + 1, isComplete: true)
  }

  /// The request line behind its method; `nil` if it is none: `method target HTTP/1.x` (RFC 9112 §3).
  fileprivate func requestTarget(in line: Line) -> Range<Int>? {
    var position = line.content.lowerBound
    while position < line.content.upperBound, wire8(at: position)?.isTokenByte == true { position += 1 }
    guard position > line.content.lowerBound, isBlank(at: position, before: line.content.upperBound) else { return nil }
    let target = position..<line.content.upperBound
    return !line.isComplete || endsInVersion(target) ? target : nil
  }

  private func endsInVersion(_ text: Range<Int>) -> Bool {
    var end = text.upperBound
    while isBlank(at: end - 1, before: text.upperBound), end > text.lowerBound { end -= 1 }
    let start = end - 8
    guard start > text.lowerBound, isBlank(at: start - 1, before: end) else { return false }
    // "HTTP", "/1", "."
    return wire32(at: start) == 0x4854_5450 && wire16(at: start + 4) == 0x2F31 && wire8(at: start + 6) == 0x2E
  }

  /// The value of a `Host` field; `nil` of any other.
  fileprivate func hostField(in line: Range<Int>) -> Range<Int>? {
    guard line.count >= 5, let name = wire32(at: line.lowerBound), name | 0x2020_2020 == 0x686F_7374,  // host
      wire8(at: line.lowerBound + 4) == UInt8(ascii: ":")
    else { return nil }
    return line.lowerBound + 5..<line.upperBound
  }

  private func isBlank(at position: Int, before end: Int) -> Bool {
    guard position < end, let byte = wire8(at: position) else { return false }
    return byte == ASCII.space || byte == ASCII.tab
  }

  private func position(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    var position = start
    while position < end {
      if wire8(at: position) == byte { return position }
      position += 1
    }
    return nil
  }

  /// Of a keyword in lower case, in text of either case.
  fileprivate func position(of keyword: [UInt8], in text: Range<Int>) -> Int? {
    guard text.count >= keyword.count else { return nil }
    for start in text.lowerBound...text.upperBound - keyword.count where has(keyword, at: start) { return start }
    return nil
  }

  private func has(_ keyword: [UInt8], at start: Int) -> Bool {
    for index in keyword.indices where wire8(at: start + index)?.foldedASCII != keyword[index] { return false }
    return true
  }
}

extension UInt8 {
  /// Part of a method's name (RFC 9110 §5.6.2).
  fileprivate var isTokenByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x7C, 0x7E: true
    default: false
    }
  }
}
