internal import SentryPacket
internal import SentryRules

extension PlainWalk {
  /// Looks for a text in its window of the payload; a find is where relative searches start from then on.
  mutating func contentAnswer(_ pattern: ContentPattern, _ packet: PacketFields) -> TestAnswer {
    guard packet.has(.payload) else { return TestAnswer(holds: false, seen: .absent("no payload was captured")) }
    let payload = Array(facts.bytes(in: packet.payload))
    let start =
      switch pattern.start {
      case .payload(let offset): max(0, offset)
      case .previousFind(let offset): max(0, previousFind &+ offset)
      }
    var window = payload.dropFirst(start).prefix(pattern.windowLength)
    if let terminator = pattern.terminator { window = window.prefix { $0 != terminator } }
    guard let place = window.firstPlace(of: pattern.bytes, ignoringCase: pattern.ignoresCase) else {
      if payload.isEmpty { return TestAnswer(holds: false, seen: .absent("no payload")) }
      if window.isEmpty { return TestAnswer(holds: false, seen: .value("nothing at byte \(start)")) }
      return TestAnswer(holds: false, seen: .value("not in bytes \(start)-\(window.endIndex - 1): \(window.excerpt())"))
    }
    previousFind = place
    return TestAnswer(
      holds: true, seen: .value("at byte \(place): \(payload.excerpt(around: place, pattern.bytes.count))"))
  }
}

extension ArraySlice<UInt8> {
  /// Where `text`, at least one byte, first stands whole.
  func firstPlace(of text: [UInt8], ignoringCase: Bool) -> Int? {
    indices.first { place in
      let candidate = self[place...].prefix(text.count)
      guard candidate.count == text.count else { return false }
      return zip(candidate, text).allSatisfy { found, wanted in
        found == wanted || ignoringCase && found.asciiLowercased == wanted.asciiLowercased
      }
    }
  }
}

extension UInt8 {
  fileprivate var asciiLowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self + 32 : self
  }
}
