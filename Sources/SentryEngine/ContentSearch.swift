internal import SentryPacket
internal import SentryRules

extension ContentPattern {
  /// Where in the payload the text is found, in bytes from the first payload byte; `nil` if nowhere in the window.
  ///
  /// The whole text must lie inside the window, the captured payload, and before the terminator
  /// (docs/Classic.md, "Data content").
  ///
  /// - Parameters:
  ///   - payload: where the payload lies in `frame`, in bytes.
  ///   - previousFind: where the packet's previous search found something; 0 at first.
  func find(in frame: RawSpan, payload: Range<UInt32>, previousFind: Int) -> Int? {
    let payloadStart = Int(payload.lowerBound)
    let payloadEnd = min(Int(payload.upperBound), frame.byteCount)
    let offset =
      switch start {
      case .payload(let offset): max(0, offset)
      case .previousFind(let offset): max(0, previousFind &+ offset)
      }
    guard payloadEnd > payloadStart, offset < payloadEnd - payloadStart else { return nil }
    let windowStart = payloadStart + offset
    var windowEnd = windowStart + min(windowLength, payloadEnd - windowStart)
    if let terminator {
      windowEnd = (windowStart..<windowEnd).first { frame.wire8(at: $0) == terminator } ?? windowEnd
    }
    guard windowEnd - windowStart >= bytes.count else { return nil }
    let last = windowEnd - bytes.count
    guard let beginning = bytes.withRawSpan({ $0.wire32(at: 0) }) else {
      return (windowStart...last).first { matches(frame, at: $0) }.map { $0 - payloadStart }
    }
    // Four bytes tell nearly everywhere that the text does not begin here; small letters have this bit, capital ones do not.
    let fold: UInt32 = ignoresCase ? 0x2020_2020 : 0
    var candidate = windowStart
    while candidate <= last, let found = frame.wire32(at: candidate) {
      if (found ^ beginning) & ~fold == 0, matches(frame, at: candidate) { return candidate - payloadStart }
      candidate += 1
    }
    return nil
  }

  /// True if the text stands at `position` of the frame.
  func matches(_ frame: RawSpan, at position: Int) -> Bool {
    // Safe: bytes are all set.
    unsafe frame.has(bytes.span.bytes, at: position, ignoringCase: ignoresCase)
  }
}

extension RawSpan {
  /// These bytes stand at `position`; ASCII letters in either case, if that is to be ignored.
  func has(_ text: RawSpan, at position: Int, ignoringCase: Bool) -> Bool {
    var index = 0
    // Eight at once.
    while let wanted = text.wire64(at: index) {
      guard let found = wire64(at: position + index) else { return false }
      guard found == wanted || ignoringCase && found.foldedASCII == wanted.foldedASCII else { return false }
      index += 8
    }
    while let wanted = text.wire8(at: index) {
      guard let found = wire8(at: position + index) else { return false }
      guard found == wanted || ignoringCase && found.foldedASCII == wanted.foldedASCII else { return false }
      index += 1
    }
    return true
  }
}
