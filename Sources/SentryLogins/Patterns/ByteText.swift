/// Reading bytes of a log line, which need not be UTF-8.
extension Span where Element == UInt8 {
  /// Whether `text` stands at `place`, and ends before `end`.
  func has(_ text: [UInt8], at place: Int, before end: Int) -> Bool {
    guard place >= 0, text.count <= end - place else { return false }
    for index in text.indices where self[place + index] != text[index] { return false }
    return true
  }

  /// Where `text` begins first within a range that it may not leave.
  func firstPlace(of text: [UInt8], in range: Range<Int>) -> Int? {
    guard let head = text.first else { return range.lowerBound }
    var place = range.lowerBound
    let last = range.upperBound - text.count
    while place <= last {
      if self[place] == head, has(text, at: place, before: range.upperBound) { return place }
      place += 1
    }
    return nil
  }

  /// The place of the first such byte from `start` on, at most `end`.
  func place(of byte: UInt8, from start: Int, before end: Int) -> Int {
    var place = start
    while place < end, self[place] != byte { place += 1 }
    return place
  }

  /// Where `text` begins last within a range that it may not leave.
  func lastPlace(of text: [UInt8], in range: Range<Int>) -> Int? {
    var place = range.upperBound - text.count
    while place >= range.lowerBound {
      if has(text, at: place, before: range.upperBound) { return place }
      place -= 1
    }
    return nil
  }

  /// The first place from `start` on, at most `end`, whose byte is not `accepted`.
  @inline(__always)
  func end(of accepted: (UInt8) -> Bool, from start: Int, before end: Int) -> Int {
    var place = start
    while place < end, accepted(self[place]) { place += 1 }
    return place
  }

  /// The last place up to `end`, at least `start`, whose byte before it is not `accepted`.
  @inline(__always)
  func start(of accepted: (UInt8) -> Bool, upTo end: Int, notBefore start: Int) -> Int {
    var place = end
    while place > start, accepted(self[place - 1]) { place -= 1 }
    return place
  }

  func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for place in range { bytes.append(self[place]) }
    return bytes
  }
}

extension UInt8 {
  static let blank = UInt8(ascii: " ")

  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  var isLetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }

  /// Can stand in an address, in its zone, or in a host's name: what bounds an address is none of these.
  var isInAddress: Bool {
    switch self {
    case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: isDigit || isLetter
    }
  }
}
