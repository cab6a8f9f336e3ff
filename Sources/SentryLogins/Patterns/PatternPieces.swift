// How the pieces on one side of an address are laid over a line.

typealias PatternPieces = ArraySlice<LoginPattern.Piece>

extension Array<LoginPattern.Piece> {
  func end(in line: Span<UInt8>, _ range: Range<Int>, _ found: inout LoginPattern.Found) -> Int? {
    self[...].end(in: line, range, &found)
  }

  func start(in line: Span<UInt8>, _ range: Range<Int>, _ found: inout LoginPattern.Found) -> Int? {
    self[...].start(in: line, range, &found)
  }

  func fill(_ range: Range<Int>, of line: Span<UInt8>, _ found: inout LoginPattern.Found) -> Bool {
    self[...].fill(range, of: line, &found)
  }
}

extension ArraySlice<LoginPattern.Piece> {
  // MARK: Without free text

  /// Where pieces end that begin with the range; `nil` if they are not there.
  func end(in line: Span<UInt8>, _ range: Range<Int>, _ found: inout LoginPattern.Found) -> Int? {
    var place = range.lowerBound
    for index in indices {
      let piece = self[index]
      let end: Int
      switch piece {
      case .text(let text):
        guard line.has(text, at: place, before: range.upperBound) else { return nil }
        place += text.count
        continue
      case .word: end = wordEnd(from: place, line, range, before: index + 1 < endIndex ? self[index + 1].text : nil)
      case .number, .port, .attempts: end = line.end(of: { $0.isDigit }, from: place, before: range.upperBound)
      case .free: return nil
      }
      guard end > place, piece.note(place..<end, line, &found) else { return nil }
      place = end
    }
    return place
  }

  /// Where pieces begin that end with the range; `nil` if they are not there.
  func start(in line: Span<UInt8>, _ range: Range<Int>, _ found: inout LoginPattern.Found) -> Int? {
    var place = range.upperBound
    for index in indices.reversed() {
      let piece = self[index]
      let start: Int
      switch piece {
      case .text(let text):
        guard place - text.count >= range.lowerBound, line.has(text, at: place - text.count, before: place) else {
          return nil
        }
        place -= text.count
        continue
      case .word: start = wordStart(upTo: place, line, range, after: index > startIndex ? self[index - 1].text : nil)
      case .number, .port, .attempts: start = line.start(of: { $0.isDigit }, upTo: place, notBefore: range.lowerBound)
      case .free: return nil
      }
      guard start < place, piece.note(start..<place, line, &found) else { return nil }
      place = start
    }
    return place
  }

  /// A word ends where the text behind it is first, at the latest before a blank.
  private func wordEnd(from start: Int, _ line: Span<UInt8>, _ range: Range<Int>, before text: [UInt8]?) -> Int {
    let end = line.place(of: .blank, from: start, before: range.upperBound)
    guard let text, text.first != .blank, start < end else { return end }
    let reach = Swift.min(range.upperBound, end + text.count)
    return line.firstPlace(of: text, in: (start + 1)..<reach) ?? end
  }

  private func wordStart(upTo end: Int, _ line: Span<UInt8>, _ range: Range<Int>, after text: [UInt8]?) -> Int {
    let start = line.start(of: { $0 != .blank }, upTo: end, notBefore: range.lowerBound)
    guard let text, text.last != .blank, start < end else { return start }
    let reach = Swift.max(range.lowerBound, start - text.count)
    return line.lastPlace(of: text, in: reach..<(end - 1)).map { $0 + text.count } ?? start
  }

  // MARK: With free text

  /// Lays the pieces over a whole range: each free text is as short as the next text of the pattern allows, the last one fills what is
  /// left.
  func fill(_ range: Range<Int>, of line: Span<UInt8>, _ found: inout LoginPattern.Found) -> Bool {
    guard let firstFree = firstIndex(where: \.isFree), let lastFree = lastIndex(where: \.isFree) else {
      return end(in: line, range, &found) == range.upperBound
    }
    guard var place = self[..<firstFree].end(in: line, range, &found),
      let end = self[(lastFree + 1)...].start(in: line, place..<range.upperBound, &found)
    else { return false }
    var free = firstFree
    while free < lastFree {
      let next = self[(free + 1)...].firstIndex(where: \.isFree) ?? lastFree
      let middle = self[(free + 1)..<next]
      guard let (start, middleEnd) = middle.firstPlace(in: line, place..<end, &found) else { return false }
      self[free].noteUser(place..<start, &found)
      (place, free) = (middleEnd, next)
    }
    self[lastFree].noteUser(place..<end, &found)
    return true
  }

  /// Where pieces that begin with a text stand first.
  private func firstPlace(
    in line: Span<UInt8>, _ range: Range<Int>, _ found: inout LoginPattern.Found
  ) -> (start: Int, end: Int)? {
    guard let text = first?.text else { return nil }
    var from = range.lowerBound
    while let start = line.firstPlace(of: text, in: from..<range.upperBound) {
      if let end = end(in: line, start..<range.upperBound, &found) { return (start, end) }
      from = start + 1
    }
    return nil
  }
}

extension LoginPattern.Piece {
  private static let mostAttempts = 100

  /// Takes what it stands for; false if that is no such thing.
  fileprivate func note(_ range: Range<Int>, _ line: Span<UInt8>, _ found: inout LoginPattern.Found) -> Bool {
    switch self {
    case .port:
      guard let port = UInt16(String(decoding: line.bytes(range), as: UTF8.self)) else { return false }
      found.port = port
    case .attempts:
      let number = Int(String(decoding: line.bytes(range), as: UTF8.self))
      found.attempts = Swift.max(1, Swift.min(Self.mostAttempts, number ?? Self.mostAttempts))
    case .text, .word, .number, .free: break
    }
    return true
  }

  fileprivate func noteUser(_ range: Range<Int>, _ found: inout LoginPattern.Found) {
    if self == .free(isUser: true) { found.user = range }
  }
}
