// What a line of a log says of a login.
//
// A pattern is the line as its program writes it, with placeholders for what changes:
//
//     Failed password for <user> from <address> port <port> ssh2
//
// The danger is the user name: whoever tries to log in chooses it, and it may read like the rest of the line, with the address of
// somebody else. So no address is taken from where a user name could have put one:
//
// - If nothing before the address is free text (`<user>`, `<any>`), the line is read from its start to the address.
// - If nothing behind it is, the line is read from its end.
// - If both are, the text before the address must stand in the line once. A line that has it twice is none that matches.
//
// Nothing is tried twice: the cost is that of a few searches through the line.

public import SentryPacket

/// The form of a line, with the place of its address.
public struct LoginPattern: Sendable, Equatable {
  enum Piece: Equatable, Sendable {
    case text([UInt8])
    /// Not empty, without a blank.
    case word
    case number
    /// The other end's port: connections are told from each other by it.
    case port
    /// How many attempts the line stands for.
    case attempts
    case free(isUser: Bool)

    var isFree: Bool { if case .free = self { true } else { false } }

    var text: [UInt8]? { if case .text(let text) = self { text } else { nil } }
  }

  private enum Way: Equatable {
    case fromStart, fromEnd
    case byTextBefore([UInt8])
  }

  /// As it was written.
  public let text: String
  private let left: [Piece]
  private let right: [Piece]
  private let way: Way
  /// What a line that matches begins with; `nil` for any byte.
  let firstByte: UInt8?

  /// What a line has that matches.
  public struct Found: Sendable, Equatable {
    public var address = IPAddress(high: 0, low: 0)
    /// Where the user's name stands.
    public var user: Range<Int>?
    public var port: UInt16?
    /// 1 unless the line says otherwise, 100 at most.
    public var attempts = 1
  }

  /// Reads a pattern.
  ///
  /// - Throws: what is wrong with it, and what would be accepted.
  public init(_ text: String) throws(LoginPatternError) {
    let form = try LoginPatternForm(text)
    (self.text, left, right) = (text, form.left, form.right)
    firstByte = form.left.first?.text?.first
    if !left.contains(where: \.isFree) {
      way = .fromStart
    } else if !right.contains(where: \.isFree) {
      way = .fromEnd
    } else {
      way = .byTextBefore(left.last?.text ?? [])
    }
  }

  /// What a line says if it has this form; `nil` otherwise.
  ///
  /// - Parameter range: the part of the line to look at, which has to match from its start to its end.
  public func match(_ line: Span<UInt8>, in range: Range<Int>) -> Found? {
    var found = Found()
    switch way {
    case .fromStart:
      guard let start = left.end(in: line, range, &found),
        let end = address(from: start, line, range, &found),
        right.fill(end..<range.upperBound, of: line, &found)
      else { return nil }
    case .fromEnd:
      guard let end = right.start(in: line, range, &found),
        let start = address(upTo: end, line, range, &found),
        left.fill(range.lowerBound..<start, of: line, &found)
      else { return nil }
    case .byTextBefore(let text):
      guard let place = line.firstPlace(of: text, in: range),
        line.firstPlace(of: text, in: (place + 1)..<range.upperBound) == nil,
        let end = address(from: place + text.count, line, range, &found),
        left.dropLast().fill(range.lowerBound..<place, of: line, &found),
        right.fill(end..<range.upperBound, of: line, &found)
      else { return nil }
    }
    return found
  }

  // MARK: The address

  private static let longestAddress = 64

  /// - Returns: where it ends.
  private func address(from start: Int, _ line: Span<UInt8>, _ range: Range<Int>, _ found: inout Found) -> Int? {
    var end = line.end(of: { $0.isInAddress }, from: start, before: min(range.upperBound, start + Self.longestAddress))
    // `192.0.2.7:49152]`, also behind an IPv6 address: the last such byte is not the address's.
    if let next = right.first?.text?.first, next.isInAddress {
      while end > start, end == range.upperBound || line[end] != next { end -= 1 }
    }
    return read(start..<end, line, &found) ? end : nil
  }

  /// - Returns: where it begins.
  private func address(upTo end: Int, _ line: Span<UInt8>, _ range: Range<Int>, _ found: inout Found) -> Int? {
    let start = line.start(
      of: { $0.isInAddress }, upTo: end, notBefore: max(range.lowerBound, end - Self.longestAddress))
    return read(start..<end, line, &found) ? start : nil
  }

  private func read(_ range: Range<Int>, _ line: Span<UInt8>, _ found: inout Found) -> Bool {
    guard !range.isEmpty else { return false }
    // A zone, `%eth0`, says on which link of this host: of no interest here.
    let end = line.place(of: UInt8(ascii: "%"), from: range.lowerBound, before: range.upperBound)
    guard let address = IPAddress(utf8: line.bytes(range.lowerBound..<end)[...]), address.isUnicast else {
      return false
    }
    found.address = address
    return true
  }
}

/// A pattern that cannot be used.
public struct LoginPatternError: Error, Equatable, Sendable {
  /// Says what was found, and what would be accepted.
  public var message: String
}
